class CustomersController < ApplicationController
  def index
    render json: company.customers.active.order(:name, :id).map { |customer| to_json_of(customer) }
  end

  def show
    render json: to_json_of(company.customers.find(params[:id]))
  end

  def create
    customer = company.customers.create!(params.permit(:name, :email, :vat_number, :payment_days))
    render json: to_json_of(customer), status: :created
  end

  private

  def to_json_of(customer)
    customer.slice(:id, :name, :email, :payment_days).merge(open_cents: customer.open_cents)
  end
end
