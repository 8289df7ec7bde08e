import Postgres

extension Migrations {
    /// The index: chunks, postings, embeddings and the statistics of BM25, all of the active generation only.
    static let index = Migration(
        2, "index",
        up: [
            """
            CREATE TABLE rag.chunks (
                tenant_id uuid NOT NULL,
                document_id uuid NOT NULL,
                ordinal integer NOT NULL,
                id uuid NOT NULL,
                start_offset integer NOT NULL,
                end_offset integer NOT NULL,
                headings text[] NOT NULL,
                body text NOT NULL,
                PRIMARY KEY (tenant_id, document_id, ordinal),
                FOREIGN KEY (tenant_id, document_id) REFERENCES rag.documents (tenant_id, id) ON DELETE CASCADE,
                CHECK (start_offset >= 0 AND end_offset > start_offset)
            )
            """,
            // One row holds all that a document has of a term. Terms compare by bytes, which is quick and the same
            // on every machine.
            """
            CREATE TABLE rag.postings (
                tenant_id uuid NOT NULL,
                term text COLLATE "C" NOT NULL,
                document_id uuid NOT NULL,
                entries bytea NOT NULL,
                PRIMARY KEY (tenant_id, term, document_id)
            )
            """,
            // What a document put into the index, so that it can be taken out again by key.
            """
            CREATE TABLE rag.indexed_terms (
                tenant_id uuid NOT NULL,
                document_id uuid NOT NULL,
                terms text[] NOT NULL,
                document_terms bigint NOT NULL,
                chunks bigint NOT NULL,
                chunk_terms bigint NOT NULL,
                PRIMARY KEY (tenant_id, document_id),
                FOREIGN KEY (tenant_id, document_id) REFERENCES rag.documents (tenant_id, id) ON DELETE CASCADE
            )
            """,
            """
            CREATE TABLE rag.corpus_statistics (
                tenant_id uuid NOT NULL PRIMARY KEY,
                documents bigint NOT NULL,
                document_terms bigint NOT NULL,
                chunks bigint NOT NULL,
                chunk_terms bigint NOT NULL
            )
            """,
            """
            CREATE TABLE rag.embeddings (
                tenant_id uuid NOT NULL,
                model text NOT NULL,
                document_id uuid NOT NULL,
                ordinal integer NOT NULL,
                embedding public.halfvec NOT NULL,
                PRIMARY KEY (tenant_id, model, document_id, ordinal),
                FOREIGN KEY (tenant_id, document_id, ordinal)
                    REFERENCES rag.chunks (tenant_id, document_id, ordinal) ON DELETE CASCADE
            )
            """,
            "CREATE INDEX embeddings_of_chunk ON rag.embeddings (tenant_id, document_id, ordinal)",
            // Beyond 2 kB a value would move out of the row, and an exact search would fetch each one apart.
            "ALTER TABLE rag.embeddings ALTER COLUMN embedding SET STORAGE PLAIN",
        ]
            + tenantPolicy("chunks", grant: "SELECT, INSERT, DELETE")
            + tenantPolicy("postings", grant: "SELECT, INSERT, DELETE")
            + tenantPolicy("indexed_terms", grant: "SELECT, INSERT, DELETE")
            + tenantPolicy("corpus_statistics", grant: "SELECT, INSERT, UPDATE")
            + tenantPolicy("embeddings", grant: "SELECT, INSERT, DELETE"),
        down: [
            "DROP TABLE rag.embeddings", "DROP TABLE rag.corpus_statistics", "DROP TABLE rag.indexed_terms",
            "DROP TABLE rag.postings", "DROP TABLE rag.chunks",
        ])
}
