module Api
  def api_headers(company)
    @api_headers ||= {}
    @api_headers[company.id] ||= { "Authorization" => "Bearer #{ApiToken.issue(company, "spec")}" }
  end

  def body
    JSON.parse(response.body)
  end
end

RSpec.configure { |config| config.include Api, type: :request }
