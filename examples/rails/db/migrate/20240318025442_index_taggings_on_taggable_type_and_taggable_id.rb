class IndexTaggingsOnTaggableTypeAndTaggableId < ActiveRecord::Migration[6.1]
  def change
    add_index :taggings, %i[taggable_type taggable_id]
  end
end
