class CheckThatJournalLinesHaveOneSide < ActiveRecord::Migration[6.1]
  def change
    add_check_constraint :journal_lines, "(debit_cents = 0) <> (credit_cents = 0)", name: "journal_lines_one_side"
  end
end
