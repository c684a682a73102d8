require "rails_helper"

RSpec.describe NumberSequence do
  it("counts from 1") { expect(Array.new(3) { create(:company).number_sequences.first }.map(&:take)).to eq [1, 1, 1] }

  it "has no gaps" do
    sequence = create(:company).number_sequences.find_by!(name: "invoice")
    expect(Array.new(5) { sequence.take }).to eq [1, 2, 3, 4, 5]
  end

  # Threads have connections of their own, so they see only what is committed.
  it "gives each number once, however many ask at a time", commits: true do
    sequence = create(:company).number_sequences.find_by!(name: "invoice")
    taken = Array.new(4) { Thread.new { Array.new(5) { NumberSequence.find(sequence.id).take } } }.flat_map(&:value)
    expect(taken.sort).to eq (1..20).to_a
  end

  it "takes nothing back that was committed before", commits: true do
    sequence = create(:company).number_sequences.find_by!(name: "expense")
    expect(Thread.new { NumberSequence.find(sequence.id).take }.value).to eq 1
  end

  it "is not changed by the examples before" do
    expect(create(:company).number_sequences.pluck(:next_value).uniq).to eq [1]
  end
end
