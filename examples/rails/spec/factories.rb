# Whatever needs a company makes one, and so on upwards: this is how the expensive record gets into nearly every example.
FactoryBot.define do
  factory :company do
    sequence(:name) { |n| "Company #{n}" }
  end

  factory :user do
    sequence(:email) { |n| "user#{n}@example.test" }
    first_name { "Ada" }
    last_name { "Byron" }
  end

  factory :membership do
    company
    user
  end

  factory :customer do
    company
    sequence(:name) { |n| "Customer #{n}" }
  end

  factory :address do
    customer
    street { "High Street 1" }
    city { "Graz" }
    postal_code { "8010" }
    country { "AT" }
  end

  factory :supplier do
    company
    sequence(:name) { |n| "Supplier #{n}" }
  end

  factory :expense do
    supplier
    company { supplier.company }
    account { company.account(5000) }
    amount_cents { 12_00 }
    spent_on { Date.new(2024, 5, 2) }
  end

  factory :product do
    company
    tax_rate { company.tax_rates.find_by!(name: "standard") }
    sequence(:name) { |n| "Product #{n}" }
    price_cents { 10_00 }
  end

  factory :invoice do
    customer
    company { customer.company }
    currency { company.currency }

    trait :with_line do
      after(:create) { |invoice| FactoryBot.create(:invoice_line, invoice: invoice) }
    end

    trait :issued do
      with_line
      after(:create) { |invoice| InvoiceIssuing.new(invoice, on: Date.new(2024, 5, 2)).call }
    end
  end

  factory :invoice_line do
    invoice
    tax_rate { invoice.company.tax_rates.find_by!(name: "standard") }
    description { "Consulting" }
    quantity { 1 }
    unit_price_cents { 100_00 }
  end

  factory :payment do
    association :invoice, :issued
    amount_cents { 10_00 }
    received_on { Date.new(2024, 5, 20) }
  end

  factory :role do
    company
    sequence(:name) { |n| "role #{n}" }
  end

  factory :tax_rate do
    company
    sequence(:name) { |n| "rate #{n}" }
    percent { 10 }
  end

  factory :account do
    company
    sequence(:number) { |n| (1900 + n % 100).to_s }
    name { "Other" }
  end

  factory :journal_entry do
    company
    posted_on { Date.new(2024, 5, 2) }
  end
end
