class IndexNumberSequencesOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :number_sequences, %i[company_id name], unique: true
  end
end
