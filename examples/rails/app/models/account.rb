class Account < ApplicationRecord
  KINDS = { "1" => "asset", "2" => "liability", "3" => "equity", "4" => "income", "5" => "expense" }.freeze

  belongs_to :company
  has_many :journal_lines

  before_validation { self.kind ||= KINDS[number.to_s.first] }
  validates :number, format: /\A[1-5]\d{3}\z/, uniqueness: { scope: :company_id }
  validates :name, presence: true
  validates :kind, inclusion: { in: KINDS.values }

  # Positive when debits outweigh.
  def balance_cents
    journal_lines.sum("debit_cents - credit_cents").to_i
  end
end
