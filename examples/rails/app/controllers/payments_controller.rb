class PaymentsController < ApplicationController
  def create
    invoice = company.invoices.find(params[:id])
    payment = PaymentBooking.new(invoice, amount_cents: params.require(:amount_cents).to_i, on: Date.current, reference: params[:reference]).call
    render json: { id: payment.id, status: invoice.status, open_cents: invoice.open_cents }, status: :created
  end
end
