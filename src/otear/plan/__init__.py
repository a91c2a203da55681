"""Who looks where and when: effort, plans, bounds that no plan can beat, and a certificate of how near a plan comes."""
