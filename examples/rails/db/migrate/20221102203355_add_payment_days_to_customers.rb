class AddPaymentDaysToCustomers < ActiveRecord::Migration[6.1]
  def change
    add_column :customers, :payment_days, :integer, null: false, default: 30
  end
end
