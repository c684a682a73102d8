namespace :db do
  # The last step of the test database: reference rows, and the record that half of the suite would create again and again.
  task "seed:test" => ["db:seed", :environment] do
    TrRails::BakedRecords.bake(:company, count: 2)
  end
end
