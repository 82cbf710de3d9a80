"""The lookout: reads the spool, keeps the facts and the incidents, tells people."""
