class Supplier < ApplicationRecord
  belongs_to :company
  has_many :expenses
  validates :name, presence: true
end
