class BalancesController < ApplicationController
  def show
    accounts = company.accounts.joins(:journal_lines).distinct.order(:number)
    render json: accounts.to_h { |account| [account.number, account.balance_cents] }
  end
end
