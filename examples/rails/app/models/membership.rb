class Membership < ApplicationRecord
  belongs_to :company
  belongs_to :user
  belongs_to :role, optional: true
  validates :user_id, uniqueness: { scope: :company_id }

  def may?(permission)
    role.present? && role.allows?(permission)
  end
end
