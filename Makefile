# The logic is in Scripts/; this file names it. `make` alone prints the list.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what is missing on this Debian machine (run and test do it too)
	@Scripts/setup test

.PHONY: run
run: ## Build, start everything, show the demo and stay up (DETACH=1: return when it is up)
	@Scripts/run

.PHONY: stop
stop: ## Stop what `make run` started
	@Scripts/run stop

.PHONY: status
status: ## Say what runs, and where
	@Scripts/run status

.PHONY: demo
demo: ## Show the demo again, against the running services
	@Scripts/demo

.PHONY: test
test: ## Every check and every test, against a real PostgreSQL and Redis (FILTER=… for some)
	@Scripts/test $(FILTER)

.PHONY: test-unit
test-unit: ## The tests that need no server
	@Scripts/test unit

.PHONY: bench
bench: ## Measure against the programs we compare with
	@Scripts/bench

.PHONY: lint
lint: ## Check the format and the dependency rules
	@Scripts/lint
	@Scripts/check-dependencies

.PHONY: format
format: ## Write every Swift file as the formatter wants it
	@swift format --in-place --parallel --recursive Package.swift Services Shared Tests

.PHONY: images
images: ## Build the six container images and try them
	@Scripts/images

.PHONY: clean
clean: ## Stop everything, delete the build and all local data
	@Scripts/run stop
	@Scripts/clean
