class Customer < ApplicationRecord
  VAT_NUMBERS = { "DE" => /\ADE\d{9}\z/, "AT" => /\AATU\d{8}\z/, "FR" => /\AFR[A-Z0-9]{2}\d{9}\z/, "NL" => /\ANL\d{9}B\d{2}\z/ }.freeze

  belongs_to :company
  has_many :invoices
  has_many :addresses, dependent: :destroy
  scope :active, -> { where(archived_at: nil) }

  validates :name, presence: true
  validates :email, format: /\A\S+@\S+\.\S+\z/, allow_nil: true
  validates :payment_days, inclusion: { in: 0..120 }
  validate :vat_number_has_the_form_of_its_country, if: :vat_number

  def open_cents
    invoices.issued.sum(&:open_cents)
  end

  def within_credit_limit?(more_cents = 0)
    credit_limit_cents.nil? || open_cents + more_cents <= credit_limit_cents
  end

  private

  def vat_number_has_the_form_of_its_country
    form = VAT_NUMBERS[vat_number.first(2)]
    errors.add(:vat_number, :invalid) unless form&.match?(vat_number)
  end
end
