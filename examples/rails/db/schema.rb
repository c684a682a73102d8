# This file is auto-generated from the current state of the database. Instead
# of editing this file, please use the migrations feature of Active Record to
# incrementally modify your database, and then regenerate this schema definition.
#
# This file is the source Rails uses to define your schema when running `bin/rails
# db:schema:load`. When creating a new database, `bin/rails db:schema:load` tends to
# be faster and is potentially less error prone than running all of your
# migrations from scratch. Old migrations may fail to apply correctly if those
# migrations use external dependencies or application code.
#
# It's strongly recommended that you check this file into your version control system.

ActiveRecord::Schema.define(version: 2025_06_22_222825) do

  # These are extensions that must be enabled in order to support this database
  enable_extension "citext"
  enable_extension "plpgsql"

  create_table "accounts", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "number", null: false
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "kind", null: false
    t.datetime "archived_at"
    t.index ["company_id", "number"], name: "index_accounts_on_company_id_and_number", unique: true
    t.index ["company_id"], name: "index_accounts_on_company_id"
  end

  create_table "addresses", force: :cascade do |t|
    t.bigint "customer_id", null: false
    t.string "kind", default: "billing", null: false
    t.string "street", null: false
    t.string "city", null: false
    t.string "postal_code", null: false
    t.string "country", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["customer_id"], name: "index_addresses_on_customer_id"
  end

  create_table "api_tokens", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "digest", null: false
    t.string "name", null: false
    t.datetime "last_used_at"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.datetime "expires_at"
    t.index ["company_id"], name: "index_api_tokens_on_company_id"
    t.index ["digest"], name: "index_api_tokens_on_digest", unique: true
  end

  create_table "attachments", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "record_type", null: false
    t.bigint "record_id", null: false
    t.string "filename", null: false
    t.bigint "bytes", default: 0, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id"], name: "index_attachments_on_company_id"
    t.index ["record_type", "record_id"], name: "index_attachments_on_record_type_and_record_id"
  end

  create_table "audit_events", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.bigint "user_id"
    t.string "action", null: false
    t.jsonb "details", default: {}, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "action"], name: "index_audit_events_on_company_id_and_action"
    t.index ["company_id"], name: "index_audit_events_on_company_id"
    t.index ["details"], name: "index_audit_events_on_details", using: :gin
    t.index ["user_id"], name: "index_audit_events_on_user_id"
  end

  create_table "companies", force: :cascade do |t|
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "currency", default: "EUR", null: false
    t.string "legal_name"
    t.integer "fiscal_year_start", default: 1, null: false
    t.check_constraint "(fiscal_year_start >= 1) AND (fiscal_year_start <= 12)", name: "companies_fiscal_year"
  end

  create_table "countries", force: :cascade do |t|
    t.string "code", null: false
    t.string "name", null: false
    t.index ["code"], name: "index_countries_on_code", unique: true
  end

  create_table "currencies", force: :cascade do |t|
    t.string "code", null: false
    t.string "name", null: false
    t.integer "decimals", default: 2, null: false
    t.index ["code"], name: "index_currencies_on_code", unique: true
  end

  create_table "customers", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "email"
    t.integer "payment_days", default: 30, null: false
    t.string "vat_number"
    t.datetime "archived_at"
    t.bigint "price_list_id"
    t.bigint "credit_limit_cents"
    t.index ["company_id", "name"], name: "index_customers_on_company_id_and_name"
    t.index ["company_id", "vat_number"], name: "index_customers_on_company_id_and_vat_number"
    t.index ["company_id"], name: "index_customers_on_company_id"
    t.index ["price_list_id"], name: "index_customers_on_price_list_id"
  end

  create_table "exchange_rates", force: :cascade do |t|
    t.string "currency", null: false
    t.decimal "rate", precision: 14, scale: 6, null: false
    t.date "valid_on", null: false
    t.index ["currency", "valid_on"], name: "index_exchange_rates_on_currency_and_valid_on", unique: true
  end

  create_table "expenses", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.bigint "supplier_id", null: false
    t.bigint "account_id", null: false
    t.bigint "amount_cents", null: false
    t.date "spent_on", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.text "note"
    t.datetime "approved_at"
    t.bigint "approver_id"
    t.index ["account_id"], name: "index_expenses_on_account_id"
    t.index ["approver_id"], name: "index_expenses_on_approver_id"
    t.index ["company_id"], name: "index_expenses_on_company_id"
    t.index ["supplier_id"], name: "index_expenses_on_supplier_id"
  end

  create_table "exports", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "kind", null: false
    t.string "status", default: "queued", null: false
    t.integer "rows"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.datetime "finished_at"
    t.index ["company_id"], name: "index_exports_on_company_id"
  end

  create_table "grants", force: :cascade do |t|
    t.bigint "role_id", null: false
    t.bigint "permission_id", null: false
    t.index ["permission_id"], name: "index_grants_on_permission_id"
    t.index ["role_id", "permission_id"], name: "index_grants_on_role_id_and_permission_id", unique: true
    t.index ["role_id"], name: "index_grants_on_role_id"
  end

  create_table "invoice_lines", force: :cascade do |t|
    t.bigint "invoice_id", null: false
    t.string "description", null: false
    t.integer "quantity", default: 1, null: false
    t.bigint "unit_price_cents", default: 0, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "tax_rate_id"
    t.bigint "account_id"
    t.integer "position", default: 0, null: false
    t.decimal "discount_percent", precision: 5, scale: 2, default: "0.0", null: false
    t.index ["account_id"], name: "index_invoice_lines_on_account_id"
    t.index ["invoice_id"], name: "index_invoice_lines_on_invoice_id"
    t.index ["tax_rate_id"], name: "index_invoice_lines_on_tax_rate_id"
  end

  create_table "invoices", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.bigint "customer_id", null: false
    t.string "status", default: "draft", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "number"
    t.string "currency", null: false
    t.date "issued_on"
    t.date "due_on"
    t.bigint "net_cents", default: 0, null: false
    t.bigint "tax_cents", default: 0, null: false
    t.index ["company_id", "due_on"], name: "index_invoices_on_company_id_and_due_on", where: "((status)::text = 'issued'::text)"
    t.index ["company_id", "number"], name: "index_invoices_on_company_id_and_number", unique: true
    t.index ["company_id"], name: "index_invoices_on_company_id"
    t.index ["customer_id"], name: "index_invoices_on_customer_id"
    t.index ["status"], name: "index_invoices_on_status"
  end

  create_table "journal_entries", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.date "posted_on", null: false
    t.string "memo"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "invoice_id"
    t.bigint "period_id"
    t.index ["company_id", "posted_on"], name: "index_journal_entries_on_company_id_and_posted_on"
    t.index ["company_id"], name: "index_journal_entries_on_company_id"
    t.index ["invoice_id"], name: "index_journal_entries_on_invoice_id"
    t.index ["period_id"], name: "index_journal_entries_on_period_id"
  end

  create_table "journal_lines", force: :cascade do |t|
    t.bigint "journal_entry_id", null: false
    t.bigint "account_id", null: false
    t.bigint "debit_cents", default: 0, null: false
    t.bigint "credit_cents", default: 0, null: false
    t.index ["account_id"], name: "index_journal_lines_on_account_id"
    t.index ["journal_entry_id"], name: "index_journal_lines_on_journal_entry_id"
    t.check_constraint "(debit_cents = 0) <> (credit_cents = 0)", name: "journal_lines_one_side"
    t.check_constraint "(debit_cents >= 0) AND (credit_cents >= 0)", name: "journal_lines_positive"
  end

  create_table "memberships", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.bigint "user_id", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "role_id"
    t.index ["company_id", "user_id"], name: "index_memberships_on_company_id_and_user_id", unique: true
    t.index ["company_id"], name: "index_memberships_on_company_id"
    t.index ["role_id"], name: "index_memberships_on_role_id"
    t.index ["user_id"], name: "index_memberships_on_user_id"
  end

  create_table "notes", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.bigint "customer_id"
    t.text "body", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "author_id"
    t.index ["author_id"], name: "index_notes_on_author_id"
    t.index ["company_id"], name: "index_notes_on_company_id"
    t.index ["customer_id"], name: "index_notes_on_customer_id"
  end

  create_table "number_sequences", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.bigint "next_value", default: 1, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "name"], name: "index_number_sequences_on_company_id_and_name", unique: true
    t.index ["company_id"], name: "index_number_sequences_on_company_id"
  end

  create_table "payments", force: :cascade do |t|
    t.bigint "invoice_id", null: false
    t.bigint "amount_cents", null: false
    t.date "received_on", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "currency"
    t.string "reference"
    t.index ["invoice_id"], name: "index_payments_on_invoice_id"
    t.index ["reference"], name: "index_payments_on_reference"
  end

  create_table "periods", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.integer "year", null: false
    t.integer "month", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.datetime "closed_at"
    t.index ["company_id", "year", "month"], name: "index_periods_on_company_id_and_year_and_month", unique: true
    t.index ["company_id"], name: "index_periods_on_company_id"
  end

  create_table "permissions", force: :cascade do |t|
    t.string "name", null: false
    t.index ["name"], name: "index_permissions_on_name", unique: true
  end

  create_table "price_lists", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.string "currency", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id"], name: "index_price_lists_on_company_id"
  end

  create_table "prices", force: :cascade do |t|
    t.bigint "price_list_id", null: false
    t.bigint "product_id", null: false
    t.bigint "amount_cents", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["price_list_id", "product_id"], name: "index_prices_on_price_list_id_and_product_id", unique: true
    t.index ["price_list_id"], name: "index_prices_on_price_list_id"
    t.index ["product_id"], name: "index_prices_on_product_id"
  end

  create_table "products", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.bigint "price_cents", default: 0, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "tax_rate_id"
    t.string "sku"
    t.boolean "active", default: true, null: false
    t.index ["company_id", "sku"], name: "index_products_on_company_id_and_sku", unique: true
    t.index ["company_id"], name: "index_products_on_company_id"
    t.index ["tax_rate_id"], name: "index_products_on_tax_rate_id"
  end

  create_table "reminders", force: :cascade do |t|
    t.bigint "invoice_id", null: false
    t.integer "level", null: false
    t.date "sent_on", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.bigint "fee_cents", default: 0, null: false
    t.index ["invoice_id", "level"], name: "index_reminders_on_invoice_id_and_level", unique: true
    t.index ["invoice_id"], name: "index_reminders_on_invoice_id"
  end

  create_table "roles", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "name"], name: "index_roles_on_company_id_and_name", unique: true
    t.index ["company_id"], name: "index_roles_on_company_id"
  end

  create_table "settings", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.jsonb "value"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "name"], name: "index_settings_on_company_id_and_name", unique: true
    t.index ["company_id"], name: "index_settings_on_company_id"
  end

  create_table "suppliers", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id"], name: "index_suppliers_on_company_id"
  end

  create_table "taggings", force: :cascade do |t|
    t.bigint "tag_id", null: false
    t.string "taggable_type", null: false
    t.bigint "taggable_id", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["tag_id"], name: "index_taggings_on_tag_id"
    t.index ["taggable_type", "taggable_id"], name: "index_taggings_on_taggable_type_and_taggable_id"
  end

  create_table "tags", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "name"], name: "index_tags_on_company_id_and_name", unique: true
    t.index ["company_id"], name: "index_tags_on_company_id"
  end

  create_table "tax_rates", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "name", null: false
    t.decimal "percent", precision: 5, scale: 2, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["company_id", "name"], name: "index_tax_rates_on_company_id_and_name", unique: true
    t.index ["company_id"], name: "index_tax_rates_on_company_id"
  end

  create_table "users", force: :cascade do |t|
    t.citext "email", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.string "time_zone", default: "UTC", null: false
    t.string "locale", default: "en", null: false
    t.string "first_name"
    t.string "last_name"
    t.index ["email"], name: "index_users_on_email", unique: true
  end

  create_table "webhook_deliveries", force: :cascade do |t|
    t.bigint "webhook_id", null: false
    t.integer "status"
    t.jsonb "payload", default: {}, null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["webhook_id"], name: "index_webhook_deliveries_on_webhook_id"
  end

  create_table "webhooks", force: :cascade do |t|
    t.bigint "company_id", null: false
    t.string "url", null: false
    t.jsonb "events", default: [], null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.datetime "disabled_at"
    t.index ["company_id"], name: "index_webhooks_on_company_id"
  end

  add_foreign_key "accounts", "companies"
  add_foreign_key "addresses", "countries", column: "country", primary_key: "code"
  add_foreign_key "addresses", "customers"
  add_foreign_key "api_tokens", "companies"
  add_foreign_key "attachments", "companies"
  add_foreign_key "audit_events", "companies"
  add_foreign_key "audit_events", "users"
  add_foreign_key "customers", "companies"
  add_foreign_key "customers", "price_lists"
  add_foreign_key "exchange_rates", "currencies", column: "currency", primary_key: "code"
  add_foreign_key "expenses", "accounts"
  add_foreign_key "expenses", "companies"
  add_foreign_key "expenses", "suppliers"
  add_foreign_key "expenses", "users", column: "approver_id"
  add_foreign_key "exports", "companies"
  add_foreign_key "grants", "permissions"
  add_foreign_key "grants", "roles"
  add_foreign_key "invoice_lines", "accounts"
  add_foreign_key "invoice_lines", "invoices"
  add_foreign_key "invoice_lines", "tax_rates"
  add_foreign_key "invoices", "companies"
  add_foreign_key "invoices", "customers"
  add_foreign_key "journal_entries", "companies"
  add_foreign_key "journal_entries", "invoices"
  add_foreign_key "journal_entries", "periods"
  add_foreign_key "journal_lines", "accounts"
  add_foreign_key "journal_lines", "journal_entries"
  add_foreign_key "memberships", "companies"
  add_foreign_key "memberships", "roles"
  add_foreign_key "memberships", "users"
  add_foreign_key "notes", "companies"
  add_foreign_key "notes", "customers"
  add_foreign_key "notes", "users", column: "author_id"
  add_foreign_key "number_sequences", "companies"
  add_foreign_key "payments", "invoices"
  add_foreign_key "periods", "companies"
  add_foreign_key "price_lists", "companies"
  add_foreign_key "prices", "price_lists"
  add_foreign_key "prices", "products"
  add_foreign_key "products", "companies"
  add_foreign_key "products", "tax_rates"
  add_foreign_key "reminders", "invoices"
  add_foreign_key "roles", "companies"
  add_foreign_key "settings", "companies"
  add_foreign_key "suppliers", "companies"
  add_foreign_key "taggings", "tags"
  add_foreign_key "tags", "companies"
  add_foreign_key "tax_rates", "companies"
  add_foreign_key "webhook_deliveries", "webhooks"
  add_foreign_key "webhooks", "companies"
end
