"""Live links: addresses, receivers, and what is known of what they lose."""
