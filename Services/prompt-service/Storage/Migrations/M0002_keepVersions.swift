import Postgres

extension Migration {
    /// A template that was deleted keeps its row and its versions, so that a number which an audit record names stands
    /// for one text for ever. The service can no longer remove either.
    static let keepVersions = Migration(
        2, "keepVersions",
        up: [
            "ALTER TABLE prompts.templates ADD COLUMN deleted_at timestamptz",
            "REVOKE DELETE ON prompts.templates, prompts.versions FROM prompts",
        ],
        down: [
            "DELETE FROM prompts.templates WHERE deleted_at IS NOT NULL",
            "GRANT DELETE ON prompts.templates, prompts.versions TO prompts",
            "ALTER TABLE prompts.templates DROP COLUMN deleted_at",
        ])
}
