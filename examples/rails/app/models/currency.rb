class Currency < ApplicationRecord
  # 1234 cents of EUR are "12.34", of JPY "1234".
  def format(cents)
    return cents.to_s if decimals.zero?

    Kernel.format("%.#{decimals}f", cents.to_d / 10**decimals)
  end
end
