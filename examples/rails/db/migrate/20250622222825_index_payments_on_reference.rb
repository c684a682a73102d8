class IndexPaymentsOnReference < ActiveRecord::Migration[6.1]
  def change
    add_index :payments, :reference
  end
end
