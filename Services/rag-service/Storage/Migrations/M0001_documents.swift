import Postgres

extension Migrations {
    /// Documents as they answer now, the contents that were sent, and what a tenant has chosen.
    static let documents = Migration(
        1, "documents",
        up: [
            """
            CREATE TABLE rag.documents (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                knowledge_base text NOT NULL,
                title text NOT NULL,
                mime_type text NOT NULL,
                metadata jsonb NOT NULL,
                status text NOT NULL CHECK (status IN ('queued', 'processing', 'ready', 'failed')),
                reason text,
                latest_generation integer NOT NULL,
                active_generation integer,
                content_hash bytea NOT NULL,
                size_bytes bigint NOT NULL,
                chunk_count integer NOT NULL DEFAULT 0,
                created_at timestamptz NOT NULL,
                updated_at timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, id),
                CHECK ((status = 'failed') = (reason IS NOT NULL))
            )
            """,
            "CREATE INDEX documents_by_knowledge_base ON rag.documents (tenant_id, knowledge_base, id)",
            """
            CREATE TABLE rag.revisions (
                tenant_id uuid NOT NULL,
                document_id uuid NOT NULL,
                generation integer NOT NULL,
                knowledge_base text NOT NULL,
                title text NOT NULL,
                mime_type text NOT NULL,
                metadata jsonb NOT NULL,
                content text NOT NULL,
                size_bytes bigint NOT NULL,
                actor text NOT NULL,
                request_id text NOT NULL,
                api_key uuid,
                created_at timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, document_id, generation),
                FOREIGN KEY (tenant_id, document_id) REFERENCES rag.documents (tenant_id, id) ON DELETE CASCADE
            )
            """,
            """
            CREATE TABLE rag.settings (
                tenant_id uuid NOT NULL PRIMARY KEY,
                embedding_model text,
                updated_at timestamptz NOT NULL
            )
            """,
            """
            CREATE TABLE rag.idempotency (
                tenant_id uuid NOT NULL,
                key text NOT NULL,
                request_hash bytea NOT NULL,
                document_id uuid NOT NULL,
                created_at timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, key)
            )
            """,
            "CREATE INDEX idempotency_by_age ON rag.idempotency (tenant_id, created_at)",
        ]
            + tenantPolicy("documents", grant: "SELECT, INSERT, UPDATE, DELETE")
            + tenantPolicy("revisions", grant: "SELECT, INSERT, DELETE")
            + tenantPolicy("settings", grant: "SELECT, INSERT, UPDATE")
            + tenantPolicy("idempotency", grant: "SELECT, INSERT, DELETE"),
        down: [
            "DROP TABLE rag.idempotency", "DROP TABLE rag.settings", "DROP TABLE rag.revisions",
            "DROP TABLE rag.documents",
        ])
}
