"""Where sites may be next: counts with effort as exposure become expected numbers with their uncertainty."""
