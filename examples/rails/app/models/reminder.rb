class Reminder < ApplicationRecord
  belongs_to :invoice
  validates :level, inclusion: { in: 1..3 }, uniqueness: { scope: :invoice_id }
end
