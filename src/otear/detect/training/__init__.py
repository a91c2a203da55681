"""Training of the learned detector. `samples` needs NumPy and OpenCV alone; the other modules need torch, which comes
with the extra `train`. Nothing but `workflow/train.py` imports this package."""
