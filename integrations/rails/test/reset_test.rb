require "minitest/autorun"
require "socket"
require "tmpdir"
$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require "tr_rails"

module ActiveRecord
  class Base
    class << self
      attr_accessor :closed

      def clear_all_connections!
        self.closed = true
      end
    end
  end
end

class ResetTest < Minitest::Test
  # Answers one request; returns its first line.
  def served(answer)
    Dir.mktmpdir do |directory|
      ENV["TR_SERVICES_SOCKET"] = path = File.join(directory, "socket")
      server = UNIXServer.new(path)
      heard = Thread.new do
        client = server.accept
        line = client.gets.strip
        client.write("#{answer}\r\nContent-Length: 0\r\n\r\n")
        client.close
        line
      end
      yield
      heard.value
    end
  ensure
    ENV.delete("TR_SERVICES_SOCKET")
  end

  def test_asks_for_the_database_of_this_process
    ENV["TR_WORKERS"] = "4"
    assert_equal("POST /reset?service=db HTTP/1.1", served("HTTP/1.1 204 No Content") { assert TrRails.reset_database })
    assert ActiveRecord::Base.closed
    TrRails.become_worker(3)
    assert_equal("POST /reset?service=main&worker=3 HTTP/1.1", served("HTTP/1.1 200 OK") { assert TrRails.reset_database(service: "main") })
  end

  def test_is_nobodys_business_without_a_task
    refute TrRails.reset_database
  end

  def test_a_refusal_is_an_error
    served("HTTP/1.1 409 Conflict") { assert_match(/409 Conflict/, assert_raises(TrRails::ResetFailed) { TrRails.reset_database }.message) }
  end
end
