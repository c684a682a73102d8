class CheckThatJournalLinesArePositive < ActiveRecord::Migration[6.1]
  def change
    add_check_constraint :journal_lines, "debit_cents >= 0 AND credit_cents >= 0", name: "journal_lines_positive"
  end
end
