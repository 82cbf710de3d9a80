"""One file per engine, answering the same named queries. Storage keeps and finds; it decides nothing."""
