class Permission < ApplicationRecord
  validates :name, format: /\A[a-z]+\.[a-z]+\z/, uniqueness: true
end
