class IndexJournalEntriesOnPostedOn < ActiveRecord::Migration[6.1]
  def change
    add_index :journal_entries, %i[company_id posted_on]
  end
end
