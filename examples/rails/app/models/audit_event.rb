class AuditEvent < ApplicationRecord
  belongs_to :company
  belongs_to :user, optional: true
  validates :action, presence: true
  scope :about, ->(details) { where("details @> ?", details.to_json) }
end
