require "rails_helper"

RSpec.describe "Customers", type: :request, redis: true do
  let(:company) { create(:company) }

  def get_json(path)
    get path, headers: api_headers(company)
    body
  end

  it("are none at first") { expect(get_json("/customers")).to eq [] }

  it "are in order, without the archived" do
    %w[Beta Alpha].each { |name| create(:customer, company: company, name: name) }
    create(:customer, company: company, archived_at: Time.current)
    expect(get_json("/customers").map { |customer| customer["name"] }).to eq %w[Alpha Beta]
  end

  it("are shown") { expect(get_json("/customers/#{create(:customer, company: company, name: "Alpha").id}")).to include("name" => "Alpha", "open_cents" => 0) }

  it "of others are not found" do
    get_json("/customers/#{create(:customer, company: create(:company)).id}")
    expect(response).to have_http_status :not_found
  end

  [[{ name: "New" }, :created], [{ name: "New", email: "a@b.c" }, :created], [{ name: "" }, :unprocessable_entity], [{}, :unprocessable_entity],
   [{ name: "New", email: "x" }, :unprocessable_entity], [{ name: "New", vat_number: "DE1" }, :unprocessable_entity],
   [{ name: "New", vat_number: "DE123456789" }, :created], [{ name: "New", payment_days: 500 }, :unprocessable_entity]].each do |params, status|
    it "answer #{status} to #{params}" do
      post "/customers", params: params, headers: api_headers(company)
      expect(response).to have_http_status status
      expect(company.customers.count).to eq(status == :created ? 1 : 0)
    end
  end

  [nil, "Bearer wrong", "Basic abc"].each do |authorization|
    it "are not for #{authorization.inspect}" do
      get "/customers", headers: { "Authorization" => authorization }.compact
      expect(response).to have_http_status :unauthorized
    end
  end

  it "are not for an old token" do
    headers = api_headers(company)
    company.api_tokens.update_all(expires_at: 1.minute.ago)
    get "/customers", headers: headers
    expect(response).to have_http_status :unauthorized
  end

  it "are not for those who ask too often" do
    company.settings.create!(name: "calls_a_minute", value: 2)
    statuses = Array.new(3) { get_json("/customers") && response.status }
    expect(statuses).to eq [200, 200, 429]
  end
end
