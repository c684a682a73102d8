require "rails_helper"

RSpec.describe "Invoices", type: :request, redis: true do
  let(:company) { create(:company) }
  let(:customer) { create(:customer, company: company) }

  def post_json(path, params = {})
    post path, params: params, headers: api_headers(company), as: :json
    body
  end

  def get_json(path)
    get path, headers: api_headers(company)
    body
  end

  def draft(*lines)
    post_json("/invoices", customer_id: customer.id, lines: lines.map { |quantity, price| { description: "Work", quantity: quantity, unit_price_cents: price } })
  end

  it("are none at first") { expect(get_json("/invoices")).to eq [] }
  it("begin as drafts") { expect(draft([1, 100])).to include("status" => "draft", "number" => nil, "currency" => "EUR") }

  it "need somebody to pay" do
    post_json("/invoices", customer_id: 0)
    expect(response).to have_http_status :not_found
  end

  it "need lines that make sense" do
    draft([0, 100])
    expect(response).to have_http_status :unprocessable_entity
  end

  [[[[1, 100_00]], 119_00], [[[2, 50], [1, 100]], 238], [[[1, 100], [-1, 40]], 71]].each do |lines, total|
    it("are issued: #{total}") { expect(post_json("/invoices/#{draft(*lines)["id"]}/issue")).to include("status" => "issued", "total_cents" => total, "open_cents" => total) }
  end

  it "are issued once" do
    id = draft([1, 100])["id"]
    2.times { post_json("/invoices/#{id}/issue") }
    expect(response).to have_http_status :conflict
    expect(body).to eq("error" => "It is issued.")
  end

  it "show up on the dashboard" do
    Dashboard.new(company).totals
    post_json("/invoices/#{draft([1, 100])["id"]}/issue")
    expect(Dashboard.new(company).totals).to include("invoices" => 1, "open_cents" => 119)
  end

  %w[draft issued paid].each do |status|
    it "are listed by status: #{status}" do
      Invoice::STATUSES.each { |each| create(:invoice, customer: customer, status: each) }
      expect(get_json("/invoices?status=#{status}").map { |invoice| invoice["status"] }).to eq [status]
    end
  end

  [[119, "paid"], [118, "issued"]].each do |cents, status|
    it "are #{status} after a payment of #{cents}" do
      id = draft([1, 100])["id"]
      post_json("/invoices/#{id}/issue")
      expect(post_json("/invoices/#{id}/payments", amount_cents: cents)).to include("status" => status, "open_cents" => 119 - cents)
      expect(get_json("/balance")).to include("1010" => cents)
    end
  end

  it "take no payment as drafts" do
    post_json("/invoices/#{draft([1, 100])["id"]}/payments", amount_cents: 1)
    expect(response).to have_http_status :conflict
  end

  it "of others are not found" do
    get_json("/invoices/#{create(:invoice, customer: create(:customer, company: create(:company))).id}")
    expect(response).to have_http_status :not_found
  end

  it "are in balance" do
    id = draft([3, 33_33])["id"]
    post_json("/invoices/#{id}/issue")
    expect(get_json("/balance").values.sum).to eq 0
  end
end
