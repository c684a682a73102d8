class User < ApplicationRecord
  has_many :memberships, dependent: :destroy
  has_many :companies, through: :memberships

  before_validation { self.email = email.to_s.strip }
  validates :email, format: /\A\S+@\S+\.\S+\z/, uniqueness: { case_sensitive: false }
  validates :time_zone, inclusion: { in: ActiveSupport::TimeZone.all.map(&:name) + ["UTC"] }

  def name
    [first_name, last_name].compact.join(" ")
  end
end
