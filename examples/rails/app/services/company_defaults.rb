# The rows that every company begins with.
class CompanyDefaults
  CHART = {
    1 => %w[Cash Bank Receivables Stock Prepaid Machines Vehicles Furniture Deposits Securities],
    2 => %w[Payables Loans Tax Wages Provisions Deferred Advances Leases Interest Clearing],
    3 => %w[Capital Reserves Retained Result Drawings],
    4 => %w[Sales Services Licences Rent Interest Discounts Freight Subsidies Refunds Other],
    5 => %w[Goods Wages Rent Travel Telephone Software Insurance Advertising Repairs Fees]
  }.freeze
  VARIANTS = ["domestic", "inside the union", "abroad", "affiliated", "other"].freeze
  TAX_RATES = { "standard" => 19, "reduced" => 7, "none" => 0, "reverse charge" => 0, "AT" => 20, "FR" => 20, "NL" => 21, "IT" => 22, "SE" => 25, "DK" => 25 }.freeze
  ROLES = {
    "owner" => /./, "accountant" => /\A(accounts|journal|payments|invoices)/, "sales" => /\A(customers|products|invoices)\.(read|create|update)/,
    "auditor" => /\.(read|export)\z/, "guest" => /\A(customers|products)\.read/
  }.freeze
  SEQUENCES = %w[invoice credit_note customer supplier expense entry].freeze
  SETTINGS = { "reminder_days" => [7, 14, 21], "reminder_fees_cents" => [0, 500, 1000], "language" => "en", "rounding" => "half_even" }.freeze

  def initialize(company)
    @company = company
  end

  def create
    create_accounts
    TAX_RATES.each { |name, percent| @company.tax_rates.create!(name: name, percent: percent) }
    create_roles
    SEQUENCES.each { |name| @company.number_sequences.create!(name: name) }
    SETTINGS.each { |name, value| @company.settings.create!(name: name, value: value) }
  end

  private

  # 225 accounts: 1000 "Cash domestic", 1001 "Cash inside the union", ..., 1010 "Bank domestic", ...
  def create_accounts
    CHART.each do |digit, names|
      names.product(VARIANTS).each_with_index do |(name, variant), index|
        number = digit * 1000 + index / VARIANTS.size * 10 + index % VARIANTS.size
        @company.accounts.create!(number: number.to_s, name: "#{name} #{variant}")
      end
    end
  end

  def create_roles
    permissions = Permission.order(:id).to_a
    ROLES.each do |name, pattern|
      role = @company.roles.create!(name: name)
      permissions.each { |permission| role.grants.create!(permission: permission) if permission.name.match?(pattern) }
    end
  end
end
