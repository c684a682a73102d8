class Period < ApplicationRecord
  belongs_to :company
  validates :month, inclusion: { in: 1..12 }, uniqueness: { scope: %i[company_id year] }

  def self.of(company, date)
    find_or_create_by!(company: company, year: date.year, month: date.month)
  end

  def closed?
    closed_at.present?
  end
end
