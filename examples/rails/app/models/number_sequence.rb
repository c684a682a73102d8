# Hands out numbers without gaps, one at a time however many ask.
class NumberSequence < ApplicationRecord
  belongs_to :company
  validates :name, presence: true, uniqueness: { scope: :company_id }

  def take
    with_lock do
      value = next_value
      update!(next_value: value + 1)
      value
    end
  end
end
