require "set"

module TrRails
  # Cuts example groups into units of work. A group whose order has a meaning (`order: :defined`) stays whole; so does one
  # with `split: false`. Hooks for the whole group (`before(:context)`) run once per unit.
  module RspecUnits
    SMALLEST = 5

    def self.of(groups, workers:)
      examples = groups.to_h { |group| [group, group.descendant_filtered_examples] }
      size = [examples.values.sum(&:size) / (workers * 8), SMALLEST].max
      examples.flat_map do |group, all|
        whole = group.metadata[:order] == :defined || group.metadata[:split] == false
        (whole ? [all] : all.each_slice(size)).reject(&:empty?).map { |some| RspecLauncher::Unit.new(group, some) }
      end
    end

    # Runs only the unit's examples of its group.
    def self.run(unit, reporter)
      chosen = unit.examples.to_set
      unit.group.descendants.each do |group|
        RSpec.world.filtered_examples[group] = group.examples.select { |example| chosen.include?(example) }
        # RSpec remembers it, and asks it whether hooks of the group are needed.
        group.remove_instance_variable(:@descendant_filtered_examples) if group.instance_variable_defined?(:@descendant_filtered_examples)
      end
      unit.group.run(reporter)
    end
  end
end
