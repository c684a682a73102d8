class ApplicationController < ActionController::API
  before_action :authenticate
  before_action :limit_rate
  rescue_from(ActiveRecord::RecordNotFound) { render json: { error: "not_found" }, status: :not_found }
  rescue_from(ActiveRecord::RecordInvalid) { |error| render json: { error: error.message }, status: :unprocessable_entity }
  rescue_from(InvoiceIssuing::Refused, PaymentBooking::Refused) { |error| render json: { error: error.message }, status: :conflict }

  private

  attr_reader :company

  def authenticate
    @company = ApiToken.find_company(request.authorization.to_s.delete_prefix("Bearer "))
    render json: { error: "unauthorized" }, status: :unauthorized unless @company
  end

  def limit_rate
    limit = company.setting("calls_a_minute") || 600
    render json: { error: "too_many" }, status: :too_many_requests unless RateLimit.new(company, limit: limit, seconds: 60).allow?
  end
end
