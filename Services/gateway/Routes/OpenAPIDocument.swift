// swift-format-ignore-file
// Made by Scripts/generate-openapi from docs/openapi.yaml; change that instead.

/// The description of the public interface, served at `/openapi.yaml`.
enum OpenAPIDocument {
    static let text = ##"""
        openapi: 3.1.0
        info:
          title: Asterism
          version: 0.1.0
          summary: A multi-tenant AI backend for IT service management.
          description: |
            One base URL, the gateway. Bodies are JSON in UTF-8 with `snake_case` names, times are RFC 3339 in UTC, ids are
            UUIDs, money is an exact decimal string in US dollars.

            Errors are `application/problem+json` (RFC 9457) with a stable `code`. The routes that mirror OpenAI's interface
            (`/v1/chat/completions`, `/v1/responses`, `/v1/embeddings`, `/v1/models`) answer errors in OpenAI's shape instead,
            and `/v1/messages` in Anthropic's, so that their clients raise their own error classes.

            Every answer carries `X-Request-Id`; send your own to find it again. `traceparent` (W3C) is continued.
          license:
            name: Apache-2.0
            identifier: Apache-2.0
        servers:
          - url: http://127.0.0.1:8080
        security:
          - apiKey: []
        tags:
          - name: models
            description: Language models and embeddings, in OpenAI's and Anthropic's interfaces.
          - name: batches
            description: Calls in files, done within a day, at half the price where the model has one.
          - name: knowledge
            description: Documents, search, and answers with citations.
          - name: tickets
            description: Past tickets, triage, and runs.
          - name: runs
            description: Durable work, and what became of it.
          - name: prompts
            description: Templates with versions.
          - name: usage
            description: What was used and what it cost.
          - name: audit
            description: The tamper-evident record.
          - name: operators
            description: Tenants, keys, providers, prices. With the operator's key.
          - name: service
            description: Health and this description.
        paths:
          /v1/chat/completions:
            post:
              tags: [models]
              operationId: createChatCompletion
              summary: Answer a conversation
              description: |
                Passed on to the tenant's provider of the model as it came, and back: unknown fields, tools, images, JSON
                schemas. Three members may be added or lowered on the way: `stream_options.include_usage` in streams (the extra
                chunk is kept from clients that did not ask for it), and, for tenants with a budget, `max_tokens` or
                `max_completion_tokens`, 4096 when absent and 32768 at most. Members that decide about money or routing may
                stand once only.

                A tenant that has its cache switched on may get an answer that was given before, and with `cache.semantic` the
                answer to a question that is alike: `X-Asterism-Cache` and `X-Asterism-Similarity` say so.

                A stream that cannot be finished ends with `data: {"error": …}` and without `data: [DONE]`.
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [model, messages]
                      properties:
                        model: {type: string, maxLength: 200}
                        messages: {type: array, items: {type: object}}
                        stream: {type: [boolean, "null"]}
                        stream_options:
                          type: [object, "null"]
                          properties: {include_usage: {type: boolean}}
                        max_tokens: {type: [integer, "null"], minimum: 1}
                        max_completion_tokens: {type: [integer, "null"], minimum: 1}
                        n: {type: [integer, "null"], minimum: 1, maximum: 128}
                        user: {type: string}
                      additionalProperties: true
              responses:
                "200":
                  description: The provider's answer.
                  headers:
                    X-Asterism-Cache: {$ref: "#/components/headers/Cache"}
                    X-Asterism-Similarity: {$ref: "#/components/headers/Similarity"}
                  content:
                    application/json: {schema: {$ref: "#/components/schemas/ChatCompletion"}}
                    text/event-stream: {schema: {type: string}}
                "400": {$ref: "#/components/responses/OpenAIError"}
                "401": {$ref: "#/components/responses/OpenAIError"}
                "402": {$ref: "#/components/responses/OpenAIError"}
                "403": {$ref: "#/components/responses/OpenAIError"}
                "404": {$ref: "#/components/responses/OpenAIError"}
                "413": {$ref: "#/components/responses/OpenAIError"}
                "415": {$ref: "#/components/responses/OpenAIError"}
                "429": {$ref: "#/components/responses/OpenAIError"}
                "502": {$ref: "#/components/responses/OpenAIError"}
                "503": {$ref: "#/components/responses/OpenAIError"}
                "504": {$ref: "#/components/responses/OpenAIError"}
          /v1/responses:
            post:
              tags: [models]
              operationId: createResponse
              summary: Answer items
              description: |
                OpenAI's Responses. Passed on as it came to a provider that speaks it, and translated for every other one.
                Translated, there are functions but no tools of the vendor's own, and nothing is kept between calls:
                `previous_response_id`, `conversation`, `prompt` and `background` are refused by name, and the answer says
                `"store": false`.

                A stream that cannot be finished ends with an `error` event and without `response.completed`.
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [model, input]
                      properties:
                        model: {type: string, maxLength: 200}
                        input:
                          oneOf:
                            - {type: string}
                            - {type: array, items: {type: object}}
                        instructions: {type: [string, "null"]}
                        max_output_tokens: {type: [integer, "null"], minimum: 1}
                        stream: {type: [boolean, "null"]}
                      additionalProperties: true
              responses:
                "200":
                  description: The response.
                  content:
                    application/json: {schema: {type: object}}
                    text/event-stream: {schema: {type: string}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/messages:
            post:
              tags: [models]
              operationId: createMessage
              summary: Answer messages
              description: |
                Anthropic's Messages. Passed on as it came to a provider that speaks it, and translated for every other one.
                Translated, there are the caller's own tools but none that run at the vendor. The key may be sent as
                `x-api-key`.

                A stream that cannot be finished ends with an `error` event and without `message_stop`.
              security:
                - apiKey: []
                - anthropicKey: []
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [model, max_tokens, messages]
                      properties:
                        model: {type: string, maxLength: 200}
                        max_tokens: {type: integer, minimum: 1}
                        messages: {type: array, items: {type: object}}
                        system:
                          oneOf:
                            - {type: string}
                            - {type: array, items: {type: object}}
                        stream: {type: boolean}
                      additionalProperties: true
              responses:
                "200":
                  description: The message.
                  headers:
                    X-Asterism-Cache: {$ref: "#/components/headers/Cache"}
                    X-Asterism-Similarity: {$ref: "#/components/headers/Similarity"}
                  content:
                    application/json: {schema: {type: object}}
                    text/event-stream: {schema: {type: string}}
                default: {$ref: "#/components/responses/AnthropicError"}
          /v1/embeddings:
            post:
              tags: [models]
              operationId: createEmbeddings
              summary: Turn texts into vectors
              description: |
                More texts than the provider takes at once are divided into several calls. With the tenant's cache switched on,
                texts that were embedded before are not sent again, and those of several callers may share a call; `usage` is
                what this caller has to pay for.
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [model, input]
                      properties:
                        model: {type: string}
                        input:
                          oneOf:
                            - {type: string}
                            - {type: array, items: {type: string}}
                        dimensions: {type: integer}
                        encoding_format: {type: string, enum: [float, base64]}
                      additionalProperties: true
              responses:
                "200":
                  description: The provider's answer.
                  headers:
                    X-Asterism-Cache: {$ref: "#/components/headers/Cache"}
                  content: {application/json: {schema: {type: object}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/models:
            get:
              tags: [models]
              operationId: listModels
              summary: The models that the tenant can name
              responses:
                "200":
                  description: All of them.
                  content: {application/json: {schema: {$ref: "#/components/schemas/ModelList"}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/models/{model}:
            parameters:
              - {name: model, in: path, required: true, schema: {type: string}}
            get:
              tags: [models]
              operationId: getModel
              summary: One model
              responses:
                "200":
                  description: The model.
                  content: {application/json: {schema: {$ref: "#/components/schemas/Model"}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/files:
            get:
              tags: [batches]
              operationId: listFiles
              summary: Files of the tenant
              parameters:
                - {name: purpose, in: query, schema: {type: string, enum: [batch, batch_output]}}
                - {name: limit, in: query, schema: {type: integer, minimum: 1, default: 1000, description: At most 1000 are given.}}
                - {name: after, in: query, description: The id of the last file of the page before., schema: {type: string}}
                - {name: order, in: query, schema: {type: string, enum: [asc, desc], default: desc}}
              responses:
                "200": {description: A page., content: {application/json: {schema: {$ref: "#/components/schemas/FileList"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
            post:
              tags: [batches]
              operationId: createFile
              summary: Upload the input of a batch
              description: >-
                JSON lines `{"custom_id", "method": "POST", "url", "body"}`, up to 50,000 lines and 100 MiB. The lines are checked
                when a batch reads the file.
              requestBody:
                required: true
                content:
                  multipart/form-data:
                    schema:
                      type: object
                      required: [file, purpose]
                      properties:
                        file: {type: string, format: binary}
                        purpose: {type: string, enum: [batch]}
                        "expires_after[seconds]": {type: integer, minimum: 3600, maximum: 2592000}
              responses:
                "200": {description: The file., content: {application/json: {schema: {$ref: "#/components/schemas/File"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/files/{id}:
            parameters: [{$ref: "#/components/parameters/FileID"}]
            get:
              tags: [batches]
              operationId: getFile
              summary: One file, without its content
              responses:
                "200": {description: The file., content: {application/json: {schema: {$ref: "#/components/schemas/File"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
            delete:
              tags: [batches]
              operationId: deleteFile
              summary: Delete a file
              description: 409 while a batch that has not ended reads it.
              responses:
                "200":
                  description: It is gone.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          id: {type: string}
                          object: {type: string, const: file}
                          deleted: {type: boolean, const: true}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/files/{id}/content:
            parameters: [{$ref: "#/components/parameters/FileID"}]
            get:
              tags: [batches]
              operationId: getFileContent
              summary: The content of a file
              responses:
                "200":
                  description: The bytes as they were uploaded, or the results of a batch as JSON lines.
                  content: {application/octet-stream: {schema: {type: string, format: binary}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/batches:
            get:
              tags: [batches]
              operationId: listBatches
              summary: Batches of the tenant, the newest first
              parameters:
                - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
                - {name: after, in: query, description: The id of the last batch of the page before., schema: {type: string}}
              responses:
                "200": {description: A page., content: {application/json: {schema: {$ref: "#/components/schemas/BatchList"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
            post:
              tags: [batches]
              operationId: createBatch
              summary: Call an endpoint with every line of a file
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [input_file_id, endpoint, completion_window]
                      properties:
                        input_file_id: {type: string}
                        endpoint: {type: string, enum: [/v1/chat/completions, /v1/embeddings, /v1/responses, /v1/messages]}
                        completion_window: {type: string, enum: [24h]}
                        metadata: {type: object, maxProperties: 16, additionalProperties: {type: string, maxLength: 512}}
              responses:
                "200": {description: The batch., content: {application/json: {schema: {$ref: "#/components/schemas/Batch"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/batches/{id}:
            parameters: [{$ref: "#/components/parameters/BatchID"}]
            get:
              tags: [batches]
              operationId: getBatch
              summary: Where a batch stands
              responses:
                "200": {description: The batch., content: {application/json: {schema: {$ref: "#/components/schemas/Batch"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/batches/{id}/cancel:
            parameters: [{$ref: "#/components/parameters/BatchID"}]
            post:
              tags: [batches]
              operationId: cancelBatch
              summary: Call no further lines
              description: What has run is given out; the batch is `cancelling` until its files are written.
              responses:
                "200": {description: The batch., content: {application/json: {schema: {$ref: "#/components/schemas/Batch"}}}}
                default: {$ref: "#/components/responses/OpenAIError"}
          /v1/documents:
            post:
              tags: [knowledge]
              operationId: createDocument
              summary: Give a document to be indexed
              parameters: [{$ref: "#/components/parameters/IdempotencyKey"}]
              requestBody: {$ref: "#/components/requestBodies/Document"}
              responses:
                "202": {$ref: "#/components/responses/DocumentReceipt"}
                default: {$ref: "#/components/responses/Problem"}
            get:
              tags: [knowledge]
              operationId: listDocuments
              summary: The tenant's documents
              parameters:
                - {$ref: "#/components/parameters/Limit"}
                - {$ref: "#/components/parameters/Cursor"}
                - {name: knowledge_base, in: query, schema: {type: string}}
              responses:
                "200":
                  description: A page of them, oldest first.
                  content: {application/json: {schema: {$ref: "#/components/schemas/DocumentList"}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/documents/{id}:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [knowledge]
              operationId: getDocument
              summary: One document and where it is on its way into the index
              responses:
                "200":
                  description: The document.
                  content: {application/json: {schema: {$ref: "#/components/schemas/Document"}}}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [knowledge]
              operationId: putDocument
              summary: Replace a document's content
              requestBody: {$ref: "#/components/requestBodies/Document"}
              responses:
                "202": {$ref: "#/components/responses/DocumentReceipt"}
                default: {$ref: "#/components/responses/Problem"}
            delete:
              tags: [knowledge]
              operationId: deleteDocument
              summary: Remove a document and all that was made of it
              responses:
                "204": {description: It is gone.}
                default: {$ref: "#/components/responses/Problem"}
          /v1/knowledge-bases:
            get:
              tags: [knowledge]
              operationId: listKnowledgeBases
              summary: The tenant's knowledge bases
              responses:
                "200":
                  description: All of them, by name.
                  content: {application/json: {schema: {type: object}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/knowledge-settings:
            get:
              tags: [knowledge]
              operationId: getKnowledgeSettings
              summary: How documents are indexed
              responses:
                "200":
                  description: The settings.
                  content: {application/json: {schema: {$ref: "#/components/schemas/KnowledgeSettings"}}}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [knowledge]
              operationId: putKnowledgeSettings
              summary: Change how documents are indexed from now on
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/KnowledgeSettings"}}}
              responses:
                "200":
                  description: The settings.
                  content: {application/json: {schema: {$ref: "#/components/schemas/KnowledgeSettings"}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/search:
            post:
              tags: [knowledge]
              operationId: search
              summary: Find passages
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [query]
                      properties:
                        query: {type: string}
                        limit: {type: integer}
                        filter: {type: object}
                        knowledge_base: {type: string}
              responses:
                "200":
                  description: The best passages, best first.
                  content:
                    application/json:
                      schema:
                        type: object
                        required: [results]
                        properties:
                          results:
                            type: array
                            items:
                              type: object
                              properties:
                                document_id: {type: string}
                                chunk_id: {type: string}
                                title: {type: string}
                                text: {type: string}
                                score: {type: number}
                default: {$ref: "#/components/responses/Problem"}
          /v1/answers:
            post:
              tags: [knowledge]
              operationId: createAnswer
              summary: Answer a question from the documents, with citations
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [question]
                      properties:
                        question: {type: string}
                        stream: {type: boolean}
                        filter: {type: object}
                        knowledge_base: {type: string}
              responses:
                "200":
                  description: The answer. Every quote stands verbatim at its offsets in the document.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          answer: {type: string}
                          citations:
                            type: array
                            items:
                              type: object
                              properties:
                                document_id: {type: string}
                                chunk_id: {type: string}
                                title: {type: string}
                                quote: {type: string}
                                start: {type: integer}
                                end: {type: integer}
                          usage: {type: object}
                          model: {type: [string, "null"]}
                    text/event-stream: {schema: {type: string}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/prompts:
            post:
              tags: [prompts]
              operationId: createPrompt
              summary: Make a template with its first version
              requestBody: {required: true, content: {application/json: {schema: {type: object, required: [messages], properties: {name: {type: string}, messages: {type: array, items: {type: object, required: [role, content], properties: {role: {enum: [system, developer, user, assistant]}, content: {type: string}}}}, description: {type: string}, activate: {type: boolean}}}}}}
              responses:
                "201": {description: The version., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            get:
              tags: [prompts]
              operationId: listPrompts
              summary: The templates that the tenant sees
              responses:
                "200": {description: A page of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/prompts/{name}/versions:
            parameters: [{$ref: "#/components/parameters/Name"}]
            get:
              tags: [prompts]
              operationId: listPromptVersions
              summary: The versions of a template
              responses:
                "200": {description: A page of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            post:
              tags: [prompts]
              operationId: createPromptVersion
              summary: Add a version
              requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
              responses:
                "201": {description: The version., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/prompts/{name}/render:
            parameters: [{$ref: "#/components/parameters/Name"}]
            post:
              tags: [prompts]
              operationId: renderPrompt
              summary: Fill in a template; a missing variable is an error that names it
              requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
              responses:
                "200": {description: The text and the version it came from., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/tickets:
            get:
              tags: [tickets]
              operationId: listTickets
              summary: Past tickets, newest first
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200": {description: A page of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            post:
              tags: [tickets]
              operationId: createTicket
              summary: Add a past ticket, from which triage learns
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/TicketSubmission"}}}
              responses:
                "201": {description: The ticket., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/tickets/import:
            post:
              tags: [tickets]
              operationId: importTickets
              summary: Add many past tickets, one JSON object a line
              requestBody:
                required: true
                content: {application/x-ndjson: {schema: {type: string}}}
              responses:
                "200": {description: How many were taken., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/tickets/triage:
            post:
              tags: [tickets]
              operationId: triageTicket
              summary: Category, priority, group, similar tickets and a first reply with citations
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/TicketSubmission"}}}
              responses:
                "200":
                  description: What earlier tickets and the documents say.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          run_id: {type: string}
                          category: {$ref: "#/components/schemas/Vote"}
                          priority: {$ref: "#/components/schemas/Vote"}
                          group: {$ref: "#/components/schemas/Vote"}
                          similar: {type: array, items: {type: object}}
                          reply: {type: object}
                default: {$ref: "#/components/responses/Problem"}
          /v1/runs/{id}:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [tickets]
              operationId: getRun
              summary: Where a run stands, step by step
              responses:
                "200": {description: The run., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/usage/costs:
            get:
              tags: [usage]
              operationId: getCosts
              summary: What was used and what it cost
              parameters:
                - {name: from, in: query, schema: {type: string}}
                - {name: to, in: query, schema: {type: string}}
                - name: group_by
                  in: query
                  schema:
                    type: string
                    enum: [model, day, user, kind, agent, ticket, workflow, api_key]
                    default: model
              responses:
                "200":
                  description: One line a group, and the total.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data:
                            type: array
                            items:
                              allOf:
                                - {$ref: "#/components/schemas/UsageSum"}
                                - {type: object, description: And the group's value under the name of the grouping.}
                          total: {$ref: "#/components/schemas/UsageSum"}
                default: {$ref: "#/components/responses/Problem"}
          /v1/usage/events:
            get:
              tags: [usage]
              operationId: listUsageEvents
              summary: Every metered event with its cost
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200": {description: "A page of them, newest first.", content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/budgets:
            get:
              tags: [usage]
              operationId: listBudgets
              summary: The tenant's budgets and where they stand
              responses:
                "200": {description: All of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/events:
            get:
              tags: [audit]
              operationId: listAuditEvents
              summary: What was done, by whom, with what
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200": {description: A page of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/events/{id}/proof:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [audit]
              operationId: getAuditProof
              summary: The proof that a record is in the log, for anyone to check offline
              responses:
                "200":
                  description: RFC 6962 inclusion proof under a signed checkpoint.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          entry: {type: string, contentEncoding: base64}
                          leaf_hash: {type: string}
                          leaf_index: {type: integer}
                          tree_size: {type: integer}
                          hashes: {type: array, items: {type: string}}
                          checkpoint: {type: string}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/checkpoint:
            get:
              tags: [audit]
              operationId: getCheckpoint
              summary: The newest signed checkpoint of the tenant's log
              responses:
                "200": {description: A C2SP signed note., content: {text/plain: {schema: {type: string}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/key:
            get:
              tags: [audit]
              operationId: getAuditKey
              summary: The key that checkpoints are verified with
              responses:
                "200": {description: A C2SP verifier key., content: {text/plain: {schema: {type: string}}}}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants:
            post:
              tags: [operators]
              operationId: createTenant
              summary: Create a tenant
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/IdempotencyKey"}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [name]
                      properties:
                        name: {type: string, minLength: 1, maxLength: 200}
                        plan: {type: string, default: standard}
                        requests_per_minute: {type: integer, minimum: 1, default: 6000}
              responses:
                "201":
                  description: The tenant.
                  content: {application/json: {schema: {$ref: "#/components/schemas/Tenant"}}}
                default: {$ref: "#/components/responses/Problem"}
            get:
              tags: [operators]
              operationId: listTenants
              summary: All tenants
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200":
                  description: A page of them, oldest first.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: "#/components/schemas/Tenant"}}
                          next_cursor: {type: [string, "null"]}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [operators]
              operationId: getTenant
              summary: One tenant
              security: [{operatorKey: []}]
              responses:
                "200": {$ref: "#/components/responses/Tenant"}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/suspend:
            parameters: [{$ref: "#/components/parameters/ID"}]
            post:
              tags: [operators]
              operationId: suspendTenant
              summary: Let nobody of the tenant in, within a second on every gateway
              security: [{operatorKey: []}]
              responses:
                "200": {$ref: "#/components/responses/Tenant"}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/resume:
            parameters: [{$ref: "#/components/parameters/ID"}]
            post:
              tags: [operators]
              operationId: resumeTenant
              summary: End a suspension
              security: [{operatorKey: []}]
              responses:
                "200": {$ref: "#/components/responses/Tenant"}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/api-keys:
            parameters: [{$ref: "#/components/parameters/ID"}]
            post:
              tags: [operators]
              operationId: createAPIKey
              summary: Make an API key; it is shown in this answer and never again
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/IdempotencyKey"}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [name]
                      properties:
                        name: {type: string, minLength: 1, maxLength: 200}
                        roles:
                          type: array
                          minItems: 1
                          items: {type: string, enum: [tenant-admin, member, agent, viewer, billing, auditor]}
                          default: [tenant-admin]
                        expires_at: {type: string, format: date-time}
              responses:
                "201":
                  description: The key.
                  content: {application/json: {schema: {$ref: "#/components/schemas/APIKey"}}}
                default: {$ref: "#/components/responses/Problem"}
            get:
              tags: [operators]
              operationId: listAPIKeys
              summary: The keys that are not revoked, without their secrets
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200":
                  description: A page of them.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: "#/components/schemas/APIKey"}}
                          next_cursor: {type: [string, "null"]}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/api-keys/{key}:
            parameters:
              - {$ref: "#/components/parameters/ID"}
              - {name: key, in: path, required: true, schema: {type: string, format: uuid}}
            delete:
              tags: [operators]
              operationId: revokeAPIKey
              summary: End a key, within a second on every gateway
              security: [{operatorKey: []}]
              responses:
                "204": {description: It opens nothing any more.}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/providers:
            parameters: [{$ref: "#/components/parameters/ID"}]
            post:
              tags: [operators]
              operationId: createProvider
              summary: Add a provider of models
              description: |
                `base_url` must lead to a public address, or to one that the operator's `EGRESS_ALLOW` names; it is checked here
                and again at every call. `api_key` is sealed before it is stored and never returned.
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/IdempotencyKey"}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [name, kind, base_url, models]
                      properties:
                        name: {type: string, minLength: 1, maxLength: 100}
                        kind: {type: string, description: "Which interface it speaks; a wrong one is answered with the list."}
                        base_url: {type: string, format: uri}
                        api_key: {type: string, writeOnly: true}
                        models:
                          type: array
                          minItems: 1
                          maxItems: 500
                          items: {type: string, description: A model's name; `*` at the end stands for any rest.}
                        priority: {type: integer, default: 100, description: The smallest is asked first.}
                        region: {type: string, pattern: "^[a-z0-9-]{1,32}$", description: What a tenant's residency is compared with.}
                        weight: {type: integer, minimum: 1, maximum: 1000, default: 1}
                        options: {type: object, additionalProperties: {type: string}, description: "What its kind needs besides, such as `api_version`."}
              responses:
                "201":
                  description: The provider, without its key.
                  content: {application/json: {schema: {$ref: "#/components/schemas/Provider"}}}
                default: {$ref: "#/components/responses/Problem"}
            get:
              tags: [operators]
              operationId: listProviders
              summary: The tenant's providers, without their keys
              security: [{operatorKey: []}]
              responses:
                "200":
                  description: All of them, by priority.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: "#/components/schemas/Provider"}}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/providers/{provider}:
            parameters:
              - {$ref: "#/components/parameters/ID"}
              - {name: provider, in: path, required: true, schema: {type: string, format: uuid}}
            patch:
              tags: [operators]
              operationId: changeProvider
              summary: Change a provider, or rotate its key
              description: |
                What is there is changed, the rest stays; a member that is not known is refused. A new `api_key` is sent by
                every replica within a second; calls under way finish with the old one.
              security: [{operatorKey: []}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      properties:
                        api_key: {type: string, writeOnly: true}
                        models: {type: array, minItems: 1, maxItems: 500, items: {type: string}}
                        priority: {type: integer}
                        region: {type: string, description: Empty takes it away.}
                        weight: {type: integer, minimum: 1, maximum: 1000}
                        options: {type: object, additionalProperties: {type: string}}
              responses:
                "200":
                  description: The provider, without its key.
                  content: {application/json: {schema: {$ref: "#/components/schemas/Provider"}}}
                default: {$ref: "#/components/responses/Problem"}
            delete:
              tags: [operators]
              operationId: deleteProvider
              summary: Remove a provider
              security: [{operatorKey: []}]
              responses:
                "204": {description: No further call goes there.}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/config:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [operators]
              operationId: getConfiguration
              summary: The tenant's configuration in force
              security: [{operatorKey: []}]
              responses:
                "200": {$ref: "#/components/responses/Configuration"}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [operators]
              operationId: putConfiguration
              summary: Replace the tenant's configuration
              description: |
                One document, checked as a whole: 422 names every wrong field with its path, members that are not known among
                them. What is left out has its default. In force on every replica within a second; earlier versions are kept.
              security: [{operatorKey: []}]
              parameters:
                - name: If-Match
                  in: header
                  description: The `ETag` of the version that was read; 412 when another one is in force by now.
                  schema: {type: string}
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/TenantConfiguration"}}}
              responses:
                "200": {$ref: "#/components/responses/Configuration"}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/config/versions:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [operators]
              operationId: listConfigurationVersions
              summary: When the tenant's configuration was changed
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200":
                  description: A page of versions, the newest first.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data:
                            type: array
                            items:
                              type: object
                              required: [version, changed_at]
                              properties:
                                version: {type: integer, minimum: 1}
                                changed_at: {type: string, format: date-time}
                          next_cursor: {type: [string, "null"]}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/config/versions/{version}:
            parameters:
              - {$ref: "#/components/parameters/ID"}
              - {name: version, in: path, required: true, schema: {type: integer, minimum: 1}}
            get:
              tags: [operators]
              operationId: getConfigurationVersion
              summary: One version of the tenant's configuration
              description: |
                The document as it was put, without defaults. Its `config`, put again, brings the version back under a new
                number, unless a member has become unknown since.
              security: [{operatorKey: []}]
              responses:
                "200":
                  description: The version.
                  content:
                    application/json:
                      schema:
                        type: object
                        required: [version, changed_at, config]
                        properties:
                          version: {type: integer, minimum: 1}
                          changed_at: {type: string, format: date-time}
                          config: {$ref: "#/components/schemas/TenantConfiguration"}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/health:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [operators]
              operationId: getProviderHealth
              summary: How the tenant's providers fare
              description: As the gateway that answers has seen it; another one may have seen otherwise.
              security: [{operatorKey: []}]
              responses:
                "200":
                  description: Every provider, by priority, with the models that were called.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: "#/components/schemas/ProviderHealth"}}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/models:
            get:
              tags: [operators]
              operationId: listCatalogue
              summary: The catalogue of models, with their prices
              security: [{operatorKey: []}]
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200":
                  description: A page, by name.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: "#/components/schemas/CatalogueModel"}}
                          next_cursor: {type: [string, "null"]}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/models/{model}:
            parameters:
              - {name: model, in: path, required: true, description: May contain slashes., schema: {type: string}}
            get:
              tags: [operators]
              operationId: getCatalogueModel
              summary: What is known of a model
              security: [{operatorKey: []}]
              responses:
                "200": {$ref: "#/components/responses/CatalogueModel"}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [operators]
              operationId: putCatalogueModel
              summary: Say what a model can do
              description: In force for every tenant on every replica within a second. Prices are those of the price book.
              security: [{operatorKey: []}]
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/CatalogueEntry"}}}
              responses:
                "200": {$ref: "#/components/responses/CatalogueModel"}
                default: {$ref: "#/components/responses/Problem"}
            delete:
              tags: [operators]
              operationId: deleteCatalogueModel
              summary: Forget what is known of a model
              security: [{operatorKey: []}]
              responses:
                "204": {description: "It may still be called; nothing is known of it."}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/tenants/{id}/budget:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [operators]
              operationId: getBudget
              summary: The tenant's monthly budget and where it stands
              security: [{operatorKey: []}]
              responses:
                "200": {description: The budget., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [operators]
              operationId: putBudget
              summary: Set or take away the monthly limit
              security: [{operatorKey: []}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        monthly: {type: [string, "null"], description: US dollars; null takes the limit away.}
              responses:
                "200": {description: The budget., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /admin/v1/prices:
            get:
              tags: [operators]
              operationId: getPrices
              summary: The price book in force
              security: [{operatorKey: []}]
              responses:
                "200": {description: The price book., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            put:
              tags: [operators]
              operationId: putPrices
              summary: Put a new price book into force
              security: [{operatorKey: []}]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [prices]
                      properties:
                        prices: {type: array, maxItems: 2000, items: {$ref: "#/components/schemas/ModelPrice"}}
                        fallback: {$ref: "#/components/schemas/ModelPrice"}
                        effective_from: {type: string, format: date-time}
              responses:
                "200": {description: The price book., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /healthz:
            get:
              tags: [service]
              operationId: getHealth
              summary: The process is alive
              security: []
              responses:
                "200": {description: It is.}
          /readyz:
            get:
              tags: [service]
              operationId: getReadiness
              summary: The service can take requests, or what it lacks
              security: []
              responses:
                "200": {description: It can.}
                "503": {description: It cannot; the body says why.}
          /metrics:
            get:
              tags: [service]
              operationId: getMetrics
              summary: Metrics for Prometheus
              security: []
              responses:
                "200": {description: Text exposition., content: {text/plain: {schema: {type: string}}}}
          /openapi.yaml:
            get:
              tags: [service]
              operationId: getDescription
              summary: This description
              security: []
              responses:
                "200": {description: OpenAPI 3.1., content: {application/yaml: {schema: {type: string}}}}
          /v1/prompts/{name}:
            parameters: [{$ref: "#/components/parameters/Name"}]
            get:
              tags: [prompts]
              operationId: getPrompt
              summary: The template in use under this name
              responses:
                "200": {description: It., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            delete:
              tags: [prompts]
              operationId: deletePrompt
              summary: Remove the tenant's template; the platform's, if any, is in use again
              responses:
                "204": {description: Gone.}
                default: {$ref: "#/components/responses/Problem"}
          /v1/prompts/{name}/versions/{version}:
            parameters: [{$ref: "#/components/parameters/Name"}, {name: version, in: path, required: true, schema: {type: integer, minimum: 1}}]
            get:
              tags: [prompts]
              operationId: getPromptVersion
              summary: One version of a template
              responses:
                "200": {description: It., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/prompts/{name}/active:
            parameters: [{$ref: "#/components/parameters/Name"}]
            put:
              tags: [prompts]
              operationId: activatePromptVersion
              summary: Put a version into use, or with null none
              requestBody: {required: true, content: {application/json: {schema: {type: object, required: [version], properties: {version: {type: [integer, "null"]}}}}}}
              responses:
                "200": {description: What is in use now., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/tickets/{id}:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [tickets]
              operationId: getTicket
              summary: One past ticket
              responses:
                "200": {description: It., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
            delete:
              tags: [tickets]
              operationId: deleteTicket
              summary: Remove a past ticket; triage no longer learns from it
              responses:
                "204": {description: Gone.}
                default: {$ref: "#/components/responses/Problem"}
          /v1/runs:
            get:
              tags: [runs]
              operationId: listRuns
              summary: Runs, newest first
              parameters: [{$ref: "#/components/parameters/Limit"}, {$ref: "#/components/parameters/Cursor"}]
              responses:
                "200": {description: A page of them., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/runs/{id}/output:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [runs]
              operationId: getRunOutput
              summary: What a run came to; 409 while it has no output
              responses:
                "200": {description: The answer of its workflow., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/runs/{id}/cancel:
            parameters: [{$ref: "#/components/parameters/ID"}]
            post:
              tags: [runs]
              operationId: cancelRun
              summary: End a run that is under way
              responses:
                "200": {description: The run., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/documents/{id}/text:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [knowledge]
              operationId: getDocumentText
              summary: The stored text, in which citations count their offsets
              responses:
                "200": {description: It., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/events/{id}:
            parameters: [{$ref: "#/components/parameters/ID"}]
            get:
              tags: [audit]
              operationId: getAuditEvent
              summary: One record
              responses:
                "200": {description: It., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /v1/audit/consistency:
            get:
              tags: [audit]
              operationId: getConsistencyProof
              summary: That a later tree contains an earlier one unchanged
              parameters: [{name: from, in: query, required: true, schema: {type: integer}}, {name: to, in: query, required: true, schema: {type: integer}}]
              responses:
                "200": {description: The hashes (RFC 6962)., content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Problem"}
          /docs:
            get:
              tags: [service]
              operationId: getDescriptionPage
              summary: This description as a page
              responses:
                "200": {description: HTML., content: {text/html: {schema: {type: string}}}}
                default: {$ref: "#/components/responses/Problem"}
        components:
          headers:
            Cache:
              description: |
                What the cache had to do with the answer; absent while the tenant has it switched off. `partial` is for
                embeddings of which some were kept, `semantic` for the answer to a question that is alike, `bypass` for a
                request with `Cache-Control: no-store`.
              schema: {type: string, enum: [hit, partial, semantic, miss, bypass]}
            Similarity:
              description: With `semantic`, the cosine of the two questions' embeddings, rounded down to four digits.
              schema: {type: string}
          securitySchemes:
            apiKey:
              type: http
              scheme: bearer
              bearerFormat: ast_live_<kid>_<secret>_<crc>
            anthropicKey:
              type: apiKey
              in: header
              name: x-api-key
              description: The same key, where Anthropic's clients send it.
            operatorKey:
              type: http
              scheme: bearer
              description: The operator's key, `ADMIN_KEY`.
          parameters:
            ID: {name: id, in: path, required: true, schema: {type: string, format: uuid}}
            FileID: {name: id, in: path, required: true, schema: {type: string, pattern: "^file-[0-9a-f]{32}$"}}
            BatchID: {name: id, in: path, required: true, schema: {type: string, pattern: "^batch_[0-9a-f]{32}$"}}
            Name: {name: name, in: path, required: true, schema: {type: string}}
            Limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200, default: 50}}
            Cursor: {name: cursor, in: query, description: "`next_cursor` of the page before.", schema: {type: string}}
            IdempotencyKey:
              name: Idempotency-Key
              in: header
              description: Repeating the request with the same key gives the first answer again; another body is refused.
              schema: {type: string, maxLength: 255}
          requestBodies:
            Document:
              required: true
              content:
                application/json:
                  schema:
                    type: object
                    required: [content]
                    properties:
                      title: {type: string}
                      content: {type: string}
                      mime_type: {type: string, enum: [text/markdown, text/plain, text/html], default: text/markdown}
                      metadata: {type: object}
                      knowledge_base: {type: string, default: default}
          responses:
            Problem:
              description: It did not work; `code` says why.
              content:
                application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}
            AnthropicError:
              description: It did not work, in Anthropic's shape.
              content:
                application/json: {schema: {$ref: "#/components/schemas/AnthropicError"}}
            OpenAIError:
              description: It did not work, in OpenAI's shape.
              content:
                application/json: {schema: {$ref: "#/components/schemas/OpenAIError"}}
            DocumentReceipt:
              description: The document is stored and will be indexed.
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: string, format: uuid}
                      status: {$ref: "#/components/schemas/DocumentStatus"}
            Configuration:
              description: The configuration with its defaults filled in, and its version.
              headers: {ETag: {description: The version in quotes., schema: {type: string}}}
              content:
                application/json:
                  schema:
                    type: object
                    required: [version, config]
                    properties:
                      version: {type: integer, description: 0 while none was put.}
                      changed_at: {type: string, format: date-time}
                      config: {$ref: "#/components/schemas/TenantConfiguration"}
            CatalogueModel:
              description: The model.
              content: {application/json: {schema: {$ref: "#/components/schemas/CatalogueModel"}}}
            Tenant:
              description: The tenant.
              content: {application/json: {schema: {$ref: "#/components/schemas/Tenant"}}}
          schemas:
            File:
              type: object
              properties:
                id: {type: string}
                object: {type: string, const: file}
                bytes: {type: integer}
                created_at: {type: integer, description: Seconds since 1970.}
                expires_at: {type: integer}
                filename: {type: string}
                purpose: {type: string, enum: [batch, batch_output]}
                status: {type: string, const: processed}
                status_details: {type: "null"}
            FileList:
              type: object
              properties:
                object: {type: string, const: list}
                data: {type: array, items: {$ref: "#/components/schemas/File"}}
                first_id: {type: [string, "null"]}
                last_id: {type: [string, "null"]}
                has_more: {type: boolean}
            Batch:
              type: object
              properties:
                id: {type: string}
                object: {type: string, const: batch}
                endpoint: {type: string}
                status:
                  type: string
                  enum: [validating, failed, in_progress, finalizing, completed, expired, cancelling, cancelled]
                errors:
                  type: [object, "null"]
                  properties:
                    object: {type: string, const: list}
                    data:
                      type: array
                      items:
                        type: object
                        properties:
                          code: {type: string}
                          message: {type: string}
                          param: {type: [string, "null"]}
                          line: {type: [integer, "null"], description: Counts from 1.}
                input_file_id: {type: string}
                output_file_id: {type: [string, "null"], description: Lines that were answered with 2xx.}
                error_file_id: {type: [string, "null"], description: All others.}
                completion_window: {type: string}
                request_counts:
                  type: object
                  properties:
                    total: {type: integer}
                    completed: {type: integer}
                    failed: {type: integer}
                metadata: {type: [object, "null"]}
                created_at: {type: integer, description: Seconds since 1970, as all the times.}
                in_progress_at: {type: [integer, "null"]}
                expires_at: {type: integer}
                finalizing_at: {type: [integer, "null"]}
                completed_at: {type: [integer, "null"]}
                failed_at: {type: [integer, "null"]}
                expired_at: {type: [integer, "null"]}
                cancelling_at: {type: [integer, "null"]}
                cancelled_at: {type: [integer, "null"]}
            BatchList:
              type: object
              properties:
                object: {type: string, const: list}
                data: {type: array, items: {$ref: "#/components/schemas/Batch"}}
                first_id: {type: [string, "null"]}
                last_id: {type: [string, "null"]}
                has_more: {type: boolean}
            ModelPrice:
              type: object
              required: [model, prompt_pico_usd, completion_pico_usd, cached_pico_usd]
              properties:
                model: {type: string}
                prompt_pico_usd: {type: integer, description: For a token; 1 USD for a million tokens is 1000000.}
                completion_pico_usd: {type: integer}
                cached_pico_usd: {type: integer, description: Read from the provider's prompt cache; not above the prompt.}
                cache_write_pico_usd: {type: integer, description: Written into it; like the prompt when left out.}
                reasoning_pico_usd: {type: integer, description: Thought and not shown; like the completion when left out.}
                batch_percent:
                  type: integer
                  minimum: 1
                  maximum: 100
                  default: 100
                  description: What a call in a batch costs of all this, rounded half up to the pico-dollar for each event.
            UsageSum:
              type: object
              properties:
                requests: {type: integer, description: A request that was tried twice counts twice.}
                prompt_tokens: {type: integer}
                completion_tokens: {type: integer}
                cached_tokens: {type: integer, description: Part of the prompt tokens.}
                cache_write_tokens: {type: integer, description: Part of the prompt tokens.}
                reasoning_tokens: {type: integer, description: Part of the completion tokens.}
                cost: {type: string}
                saved: {type: string, description: What answers from the cache would have cost.}
            Problem:
              type: object
              required: [type, title, status, code]
              properties:
                type: {type: string, format: uri}
                title: {type: string}
                status: {type: integer}
                detail: {type: string}
                code:
                  type: string
                  enum: [malformed_request, unauthenticated, budget_exhausted, forbidden, not_found, method_not_allowed, request_timeout, conflict, idempotency_conflict, precondition_failed, body_too_large, unsupported_media_type, invalid_request, rate_limited, internal_error, upstream_failed, unavailable, upstream_timeout]
                request_id: {type: string}
                errors:
                  type: array
                  items:
                    type: object
                    properties:
                      field: {type: string}
                      detail: {type: string}
            CatalogueEntry:
              type: object
              required: [capabilities]
              properties:
                context_tokens: {type: integer, minimum: 1, description: Of a request and its answer together.}
                maximum_answer_tokens: {type: integer, minimum: 1}
                capabilities:
                  type: array
                  items: {type: string, enum: [chat, embedding, tools, images, reasoning, prefill, batch, streaming, json_schema]}
                successor: {type: string, description: "The model to use instead, for one that is deprecated."}
                note: {type: string, maxLength: 1000}
            CatalogueModel:
              allOf:
                - $ref: "#/components/schemas/CatalogueEntry"
                - type: object
                  required: [name]
                  properties:
                    name: {type: string}
                    price:
                      type: object
                      description: US dollars for a million tokens; absent while the price book has not been read.
                      properties:
                        prompt_per_million: {type: string}
                        completion_per_million: {type: string}
                        cached_per_million: {type: string}
                        cache_write_per_million: {type: string}
                        reasoning_per_million: {type: string}
                        batch_percent: {type: integer}
                        is_fallback: {type: boolean, description: The model has no price of its own.}
            ProviderHealth:
              type: object
              required: [id, name, kind, state, models]
              properties:
                id: {type: string, format: uuid}
                name: {type: string}
                kind: {type: string}
                region: {type: string}
                state: {$ref: "#/components/schemas/TargetState"}
                models:
                  type: array
                  items:
                    type: object
                    required: [model, state, under_way]
                    properties:
                      model: {type: string}
                      state: {$ref: "#/components/schemas/TargetState"}
                      retry_after_seconds: {type: number}
                      under_way: {type: integer, description: Calls sent and not answered yet.}
                      first_token_milliseconds: {type: number}
                      latency_milliseconds: {type: number}
                      failure_share: {type: number}
            TargetState: {type: string, enum: [healthy, probing, cooling_down, open]}
            TenantConfiguration:
              type: object
              additionalProperties: false
              properties:
                models:
                  type: object
                  additionalProperties: false
                  properties:
                    allowed:
                      type: array
                      minItems: 1
                      maxItems: 500
                      items: {type: string}
                      description: Names of models; `*` at the end stands for any rest. All that a provider serves when absent.
                    default: {type: string, default: default, description: "The alias or model for `default`, and for `fast` and `cheap` while these are nothing else."}
                    aliases: {type: object, maxProperties: 100, additionalProperties: {$ref: "#/components/schemas/ModelAlias"}}
                    policy: {$ref: "#/components/schemas/RoutingPolicy"}
                    fallbacks:
                      type: object
                      additionalProperties: {type: array, minItems: 1, maxItems: 8, items: {type: string}}
                      description: What is tried, in this order, when a model cannot answer; models or aliases.
                    residency: {type: array, minItems: 1, maxItems: 20, items: {type: string}, description: Only providers in one of these regions.}
                    near_budget:
                      type: [object, "null"]
                      required: [use]
                      properties:
                        share: {type: number, exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.9}
                        use: {type: string, description: The alias or model that takes the place of a dearer one.}
                    continue_broken_streams:
                      type: boolean
                      default: false
                      description: >-
                        Whether a streamed answer of text whose provider broke off is carried on by the next target that can.
                        Both attempts are billed.
                limits:
                  allOf:
                    - $ref: "#/components/schemas/Rates"
                    - type: object
                      properties:
                        per_key: {$ref: "#/components/schemas/Rates"}
                        per_user: {$ref: "#/components/schemas/Rates"}
                        reserved_for_priority_1: {type: number, minimum: 0, maximum: 0.9, default: 0}
                        stream_hold_tokens:
                          type: [integer, "null"]
                          minimum: 128
                          maximum: 32768
                          default: null
                          description: >-
                            How many tokens of a streamed answer are paid for before it begins, and more with each step while it
                            comes; null for all of its limit at once.
                cache:
                  type: object
                  additionalProperties: false
                  properties:
                    enabled: {type: boolean, default: false}
                    ttl_seconds: {type: integer, minimum: 1, maximum: 2592000, default: 3600}
                    maximum_bytes: {type: integer, minimum: 65536, default: 67108864}
                    semantic:
                      description: |
                        Answers questions with what was answered to one that means the same. Takes effect while the cache is
                        enabled; each question is embedded by a call that the tenant pays for.
                      type: [object, "null"]
                      required: [embedding_model]
                      additionalProperties: false
                      properties:
                        similarity:
                          description: The cosine of two questions' embeddings from which on they count as the same.
                          type: number
                          minimum: 0.5
                          maximum: 1
                          default: 0.97
                        embedding_model: {type: string, maxLength: 200, description: An alias or model of the tenant's.}
                client_gone: {type: string, enum: [drain, abort], default: drain}
                strict_budget:
                  type: boolean
                  default: true
                  description: >-
                    Whether a stream that is paid for by steps (`limits.stream_hold_tokens`) is cut off with an error event when
                    the budget ends. Otherwise it goes on to its limit, past the budget.
                tier: {type: string, enum: [free, standard, premium], default: standard}
            ModelAlias:
              type: object
              required: [targets]
              additionalProperties: false
              properties:
                policy: {$ref: "#/components/schemas/RoutingPolicy"}
                sticky: {type: boolean, default: false, description: Requests of one conversation go to one target.}
                targets:
                  type: array
                  minItems: 1
                  maxItems: 16
                  items:
                    type: object
                    required: [model]
                    additionalProperties: false
                    properties:
                      provider: {type: string, description: The name of a provider; every one that serves the model when absent.}
                      model: {type: string}
                      weight: {type: integer, minimum: 1, maximum: 1000, default: 1}
            RoutingPolicy: {type: string, enum: [priority, lowest_price, lowest_latency, weighted, least_busy, availability], default: priority}
            Rates:
              type: object
              properties:
                requests_per_minute: {type: integer, minimum: 1}
                tokens_per_minute: {type: integer, minimum: 1}
                concurrency: {type: integer, minimum: 1}
            AnthropicError:
              type: object
              required: [type, error]
              properties:
                type: {type: string, const: error}
                error:
                  type: object
                  required: [type, message]
                  properties:
                    type: {type: string}
                    message: {type: string}
                request_id: {type: string}
            OpenAIError:
              type: object
              required: [error]
              properties:
                error:
                  type: object
                  required: [message, type, param, code]
                  properties:
                    message: {type: string}
                    type: {type: string}
                    param: {type: [string, "null"]}
                    code: {type: [string, "null"]}
            ChatCompletion:
              type: object
              properties:
                id: {type: string}
                model: {type: string}
                choices: {type: array, items: {type: object}}
                usage: {type: object}
              additionalProperties: true
            Model:
              type: object
              properties:
                id: {type: string}
                object: {const: model}
                created: {type: integer}
                owned_by: {type: string}
            ModelList:
              type: object
              properties:
                object: {const: list}
                data: {type: array, items: {$ref: "#/components/schemas/Model"}}
            DocumentStatus: {type: string, enum: [queued, processing, ready, failed]}
            Document:
              type: object
              properties:
                id: {type: string, format: uuid}
                title: {type: string}
                knowledge_base: {type: string}
                mime_type: {type: string}
                metadata: {type: object}
                status: {$ref: "#/components/schemas/DocumentStatus"}
                reason: {type: string}
                generation: {type: integer}
                searchable_generation: {type: integer}
                size_bytes: {type: integer}
                chunks: {type: integer}
                created_at: {type: string, format: date-time}
                updated_at: {type: string, format: date-time}
            DocumentList:
              type: object
              properties:
                data: {type: array, items: {$ref: "#/components/schemas/Document"}}
                next_cursor: {type: [string, "null"]}
            KnowledgeSettings:
              type: object
              properties:
                embedding_model: {type: [string, "null"]}
            TicketSubmission:
              type: object
              required: [title, description]
              properties:
                external_id: {type: string}
                title: {type: string}
                description: {type: string}
                category: {type: string}
                priority: {type: string}
                group: {type: string}
                resolution: {type: string}
                status: {type: string}
            Vote:
              type: object
              properties:
                value: {type: [string, "null"]}
                confidence: {type: number}
            Tenant:
              type: object
              required: [id, name, plan, status, requests_per_minute, created_at]
              properties:
                id: {type: string, format: uuid}
                name: {type: string}
                plan: {type: string}
                status: {type: string, enum: [active, suspended]}
                requests_per_minute: {type: integer}
                created_at: {type: string, format: date-time}
            APIKey:
              type: object
              required: [id, name, roles, prefix, created_at]
              properties:
                id: {type: string, format: uuid}
                name: {type: string}
                roles: {type: array, items: {type: string}}
                prefix: {type: string}
                key: {type: string, description: Only in the answer that made it.}
                created_at: {type: string, format: date-time}
                expires_at: {type: string, format: date-time}
            Provider:
              type: object
              required: [id, name, kind, base_url, has_api_key, models, priority, created_at]
              properties:
                id: {type: string, format: uuid}
                name: {type: string}
                kind: {type: string}
                base_url: {type: string}
                has_api_key: {type: boolean}
                models: {type: array, items: {type: string}}
                priority: {type: integer}
                region: {type: string}
                weight: {type: integer}
                options: {type: object, additionalProperties: {type: string}}
                created_at: {type: string, format: date-time}
        """##
}
