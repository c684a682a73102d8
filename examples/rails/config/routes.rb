Rails.application.routes.draw do
  resources :customers, only: %i[index show create]
  resources :invoices, only: %i[index show create] do
    post :issue, on: :member
    post :payments, on: :member, to: "payments#create"
  end
  get "balance", to: "balances#show"
end
