import Postgres

extension Migration {
    /// Answers to operators' requests with an `Idempotency-Key`. Not of one tenant: creating a tenant has none yet.
    static let m0003OperatorAnswers = Migration(
        3, "operator_answers",
        up: [
            """
            CREATE TABLE gateway.operator_answers (
                request bytea PRIMARY KEY CHECK (length(request) = 32),
                fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
                claimed_at timestamptz NOT NULL DEFAULT now(),
                sealed_answer bytea
            );
            CREATE INDEX operator_answers_by_age ON gateway.operator_answers (claimed_at);
            GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.operator_answers TO gateway;
            """
        ],
        down: ["DROP TABLE gateway.operator_answers"])
}
