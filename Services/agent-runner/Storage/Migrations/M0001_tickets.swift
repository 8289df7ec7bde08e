import Postgres

extension Migration {
    /// The tenant's past tickets and the words in them.
    ///
    /// `ticket_terms` is an inverted index: a row for each word of each ticket. It carries the ticket's length, so
    /// ranking reads this table alone. `ticket_totals` has one row a tenant, which writers lock first: imports of one
    /// tenant queue up instead of deadlocking, and the totals are always exact.
    static let tickets = Migration(
        1, "tickets",
        up: [
            """
            CREATE TABLE agents.tickets (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                external_id text,
                title text NOT NULL,
                description text NOT NULL,
                category text,
                priority text,
                assignment_group text,
                resolution text,
                status text,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, external_id)
            )
            """,
            """
            CREATE TABLE agents.ticket_terms (
                tenant_id uuid NOT NULL,
                term text NOT NULL COLLATE "C",
                ticket_id uuid NOT NULL,
                frequency integer NOT NULL,
                ticket_length integer NOT NULL,
                PRIMARY KEY (tenant_id, term, ticket_id) INCLUDE (frequency, ticket_length),
                FOREIGN KEY (tenant_id, ticket_id) REFERENCES agents.tickets (tenant_id, id) ON DELETE CASCADE
            )
            """,
            "CREATE INDEX ticket_terms_by_ticket ON agents.ticket_terms (tenant_id, ticket_id)",
            """
            CREATE TABLE agents.ticket_totals (
                tenant_id uuid PRIMARY KEY,
                tickets bigint NOT NULL,
                length bigint NOT NULL
            )
            """,
        ] + ["tickets", "ticket_terms", "ticket_totals"].flatMap(TenantTable.protect),
        down: [
            "DROP TABLE agents.ticket_totals", "DROP TABLE agents.ticket_terms", "DROP TABLE agents.tickets",
        ])
}
