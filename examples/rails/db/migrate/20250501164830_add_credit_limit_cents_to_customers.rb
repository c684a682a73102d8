class AddCreditLimitCentsToCustomers < ActiveRecord::Migration[6.1]
  def change
    add_column :customers, :credit_limit_cents, :bigint
  end
end
