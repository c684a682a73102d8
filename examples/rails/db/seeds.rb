# Reference rows: what the migrations inserted over the years, for databases that were made from db/schema.rb.
def insert(model, columns, rows)
  model.insert_all(rows.map { |row| columns.zip(row).to_h }, unique_by: columns.first)
end

insert Currency, %i[code name decimals], [
  ["EUR", "Euro", 2], ["USD", "US dollar", 2], ["GBP", "Pound sterling", 2], ["CHF", "Swiss franc", 2],
  ["SEK", "Swedish krona", 2], ["NOK", "Norwegian krone", 2], ["DKK", "Danish krone", 2], ["JPY", "Yen", 0]
]

insert Country, %i[code name], [
  %w[AT Austria], %w[BE Belgium], %w[CH Switzerland], %w[DE Germany], %w[DK Denmark], %w[ES Spain], %w[FI Finland],
  %w[FR France], ["GB", "United Kingdom"], %w[IE Ireland], %w[IT Italy], %w[NL Netherlands], %w[NO Norway], %w[PL Poland],
  %w[PT Portugal], %w[SE Sweden], ["US", "United States"]
]

areas = %w[invoices customers products accounts journal payments]
verbs = %w[read create update delete export]
insert Permission, %i[name], areas.product(verbs).map { |pair| [pair.join(".")] }
