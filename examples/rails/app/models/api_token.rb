class ApiToken < ApplicationRecord
  belongs_to :company

  def self.issue(company, name)
    secret = SecureRandom.hex(16)
    create!(company: company, name: name, digest: Digest::SHA256.hexdigest(secret))
    secret
  end

  def self.find_company(secret, now: Time.current)
    token = find_by(digest: Digest::SHA256.hexdigest(secret.to_s))
    return if token.nil? || token.expires_at&.past?

    token.update!(last_used_at: now)
    token.company
  end
end
