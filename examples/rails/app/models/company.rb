# A tenant. It begins with a chart of accounts, tax rates, roles and number sequences: hundreds of rows.
class Company < ApplicationRecord
  has_many :accounts, dependent: :destroy
  has_many :tax_rates, dependent: :destroy
  has_many :roles, dependent: :destroy
  has_many :number_sequences, dependent: :destroy
  has_many :settings, dependent: :destroy
  has_many :periods, dependent: :destroy
  has_many :memberships, dependent: :destroy
  has_many :users, through: :memberships
  has_many :customers
  has_many :suppliers
  has_many :products
  has_many :invoices
  has_many :expenses
  has_many :journal_entries
  has_many :audit_events
  has_many :api_tokens

  validates :name, presence: true
  validates :fiscal_year_start, inclusion: { in: 1..12 }

  after_create { CompanyDefaults.new(self).create }

  def account(number)
    accounts.find_by!(number: number.to_s)
  end

  def setting(name)
    settings.find_by(name: name)&.value
  end
end
