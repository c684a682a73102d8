class Role < ApplicationRecord
  belongs_to :company
  has_many :grants, dependent: :destroy
  has_many :permissions, through: :grants
  validates :name, presence: true, uniqueness: { scope: :company_id }

  def allows?(permission)
    permissions.exists?(name: permission)
  end
end
