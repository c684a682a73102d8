class InvoicesController < ApplicationController
  def index
    invoices = company.invoices.order(:id)
    invoices = invoices.where(status: params[:status]) if params[:status]
    render json: invoices.map { |invoice| to_json_of(invoice) }
  end

  def show
    render json: to_json_of(company.invoices.find(params[:id]))
  end

  def create
    invoice = company.invoices.new(customer: company.customers.find(params[:customer_id]), currency: params[:currency] || company.currency)
    rate = company.tax_rates.find_by!(name: "standard")
    Array(params[:lines]).each_with_index do |line, index|
      invoice.lines.build(line.permit(:description, :quantity, :unit_price_cents).merge(tax_rate: rate, position: index + 1))
    end
    invoice.save!
    render json: to_json_of(invoice), status: :created
  end

  def issue
    invoice = InvoiceIssuing.new(company.invoices.find(params[:id]), on: Date.current).call
    Dashboard.new(company).announce("invoice.issued")
    render json: to_json_of(invoice)
  end

  private

  def to_json_of(invoice)
    invoice.slice(:id, :number, :status, :currency).merge(total_cents: invoice.total_cents, open_cents: invoice.open_cents)
  end
end
