class AddCurrencyToCompanies < ActiveRecord::Migration[6.1]
  def change
    add_column :companies, :currency, :string, null: false, default: "EUR"
  end
end
